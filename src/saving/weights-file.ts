import type * as Tf from "@tensorflow/tfjs";
import { reject } from "./errors.js";
import type { Hdf5Reader, Hdf5Writer } from "./hdf5.js";
import { readWeight, writeWeight } from "./weight-values.js";
import { weightGroups } from "./weight-groups.js";

/** Writes the weights of `model` as Keras 3's `.weights.h5` has them: `layers/dense_1/vars/0`, ... */
export function writeWeights(file: Hdf5Writer, model: Tf.LayersModel): void {
  for (const { path, names, weights } of weightGroups(model)) {
    file.text(`${path}/vars`, "name", names.at(-1)!);
    weights.forEach((weight, i) => writeWeight(file, `${path}/vars/${i}`, weight));
  }
  file.text("vars", "name", model.name);
}

/** Reads into `model` what {@link writeWeights} or Keras 3 wrote. */
export function readWeights(file: Hdf5Reader, model: Tf.LayersModel): void {
  // The first files of Keras's new format (Keras 2.12, 2.13) call the list of layers so.
  const root = file.group("layers") ? "layers" : "_layer_checkpoint_dependencies";
  for (const { path, names, weights } of weightGroups(model)) {
    const place = path.replace(/\blayers\b/g, root);
    // Keras 2 has the parts of a multi-head attention under the names of private fields.
    const old = place.replace(/\/(\w+_dense)$/, "/_$1");
    const variables = `${old !== place && file.has(`${old}/vars/0`) ? old : place}/vars`;
    if (file.has(`${variables}/${weights.length}`)) {
      reject(
        `${file.path} has more than the ${weights.length} weights of layer ${JSON.stringify(names.join("/"))}`,
        "the weights of this model",
        "The weights belong to another architecture: load the file they were saved with.",
      );
    }
    weights.forEach((weight, i) => readWeight(file, `${variables}/${i}`, weight));
  }
}

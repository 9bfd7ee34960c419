import type * as Tf from "@tensorflow/tfjs";
import { reject } from "./errors.js";
import type { Hdf5Reader, Hdf5Writer } from "./hdf5.js";
import { isSequential } from "./internals.js";
import { kerasVersion } from "./version.js";
import { unusedName } from "./weight-names.js";
import { readWeight, writeWeight } from "./weight-values.js";
import { weightGroups, weightName } from "./weight-groups.js";

/**
 * Writes the weights of `model` below `root` as Keras's `.h5` files have them: a group for each layer, whose
 * `weight_names` list trainable weights first.
 */
export function writeLegacyWeights(file: Hdf5Writer, model: Tf.LayersModel, root: string): void {
  const names = weightPaths(model);
  const layers = savedLayers(model);
  file.texts(
    root,
    "layer_names",
    layers.map((layer) => layer.name),
  );
  file.text(root, "backend", "tensorflow");
  file.text(root, "keras_version", kerasVersion);
  for (const layer of layers) {
    const group = join(root, layer.name);
    file.group(group);
    file.texts(
      group,
      "weight_names",
      legacyWeights(layer).map((weight) => names.get(weight)!),
    );
    for (const weight of legacyWeights(layer)) writeWeight(file, join(group, names.get(weight)!), weight);
  }
  file.group(join(root, "top_level_model_weights"));
}

/** Reads into `model` what {@link writeLegacyWeights} or Keras 2 or 3 wrote: layers and weights in their order. */
export function readLegacyWeights(file: Hdf5Reader, model: Tf.LayersModel, root: string): void {
  const names = file.texts(root, "layer_names");
  if (!names) {
    reject(
      `${file.path} has no layer_names`,
      "weights as Keras's model.save_weights or model.save writes them",
      "Save them with Keras.",
    );
  }
  const saved = names
    .map((name) => ({ name, weights: file.texts(join(root, name), "weight_names") ?? [] }))
    .filter(({ weights }) => weights.length > 0);
  const layers = savedLayers(model).filter((layer) => layer.weights.length > 0);
  if (saved.length !== layers.length) {
    reject(
      `${file.path} has weights for ${saved.length} layers (${saved.map(({ name }) => name).join(", ")})`,
      `${layers.length} (${layers.map((layer) => layer.name).join(", ")})`,
      "The weights belong to another architecture: load the file they were saved with.",
    );
  }
  layers.forEach((layer, i) => {
    const { name, weights } = saved[i]!;
    if (weights.length !== layer.weights.length) {
      reject(
        `${file.path} has ${weights.length} weights for layer ${JSON.stringify(name)}`,
        `${layer.weights.length}, as the model's layer ${JSON.stringify(layer.name)} has`,
        "The weights belong to another architecture: load the file they were saved with.",
      );
    }
    legacyWeights(layer).forEach((weight, j) => {
      readWeight(file, join(root, `${name}/${weights[j]}`), weight);
    });
  });
}

/** In the order of these files, in which a nested model's frozen weights come last. */
export const legacyWeights = (layer: Tf.layers.Layer): Tf.LayerVariable[] => [
  ...layer.trainableWeights,
  ...layer.nonTrainableWeights,
];

/** A path for each weight, as Keras names them: `dense/kernel`, `inner/lstm/lstm_cell/bias`. */
export function weightPaths(model: Tf.LayersModel): Map<Tf.LayerVariable, string> {
  const used = new Set<string>();
  return new Map(
    weightGroups(model).flatMap(({ names, weights }) =>
      weights.map((weight) => {
        const path = unusedName([...names, weightName(weight)].join("/"), used);
        used.add(path);
        return [weight, path] as const;
      }),
    ),
  );
}

/** Keras's Sequential model does not count its InputLayer. */
function savedLayers(model: Tf.LayersModel): Tf.layers.Layer[] {
  return model.layers.filter((layer) => !isSequential(model) || layer.getClassName() !== "InputLayer");
}

function join(root: string, name: string): string {
  return root ? `${root}/${name}` : name;
}

import type * as Tf from "@tensorflow/tfjs";
import { writeWhole } from "../files/write-whole.js";
import { writeArchive } from "./archive.js";
import { compileToConfig, trainingConfig } from "./compile-settings.js";
import { reject } from "./errors.js";
import { checkFolderName, formatOf, pathOf } from "./format.js";
import { type Hdf5Writer, writeHdf5 } from "./hdf5.js";
import { weightPaths, writeLegacyWeights } from "./legacy-weights-file.js";
import { modelToConfig } from "./model-to-config.js";
import { optimizerState, type OptimizerState } from "./optimizers.js";
import { saveFolder } from "./tfjs-folder.js";
import { filled } from "./values.js";
import { kerasVersion } from "./version.js";
import { checkInnerWeights } from "./weight-names.js";
import { writeWeights } from "./weights-file.js";
import { type JsonObject, toPythonJson } from "./json.js";

export interface SaveOptions {
  /** Whether compile settings and the optimizer's state are written, so that training can go on. Default: true. */
  includeOptimizer?: boolean;
}

/**
 * Saves a whole model: architecture, weights, compile settings and the optimizer's state. Keras's
 * `keras.saving.load_model` reads `.keras` and `.h5` (https://keras.io/api/models/model_saving_apis/).
 *
 * The file appears whole or not at all.
 *
 * @param model a built model of layers that Keras has, too
 * @param path `model.keras` (Keras 3), `model.h5` (Keras 2 and 3), or a folder for TensorFlow.js's own format; also a
 * `file://` URL
 * @throws KerasFileError when Keras has no equal of a layer, an optimizer, a loss or a metric
 *
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
 * await saveModel(model, "model.keras");
 * const again = await loadModel("model.keras");
 */
export async function saveModel(
  model: Tf.LayersModel,
  path: string,
  options: SaveOptions = {},
): Promise<void> {
  const file = pathOf(path);
  const includeOptimizer = (options.includeOptimizer ?? true) && model.optimizer != null;
  const format = formatOf(file);
  checkInnerWeights(model);
  if (format === "folder") {
    checkFolderName(file);
    await saveFolder(model, file, includeOptimizer);
  } else if (format === "weights") {
    reject(
      `${path} names a file of weights only`,
      "model.keras or model.h5",
      "Use saveWeights(model, path).",
    );
  } else {
    const settings = includeOptimizer ? compileToConfig(model) : null;
    const state = settings && stateOf(model);
    const bytes =
      format === "keras"
        ? await kerasArchive(model, settings, state)
        : await legacyFile(model, settings, state);
    await writeWhole(file, bytes);
  }
}

/**
 * Saves the weights of a model: `.weights.h5` in the format of Keras 3, other `.h5` in that of Keras 2, each readable
 * by `model.load_weights` of Keras 3 for the same architecture.
 *
 * @param path `model.weights.h5` or `model.h5`
 * @example
 * await saveWeights(model, "model.weights.h5");
 */
export async function saveWeights(model: Tf.LayersModel, path: string): Promise<void> {
  const file = pathOf(path);
  const format = formatOf(file);
  if (format === "keras" || format === "folder") {
    reject(
      `${path} does not name a file of weights`,
      "model.weights.h5 or model.h5",
      "Use such a name, or saveModel.",
    );
  }
  checkInnerWeights(model);
  const bytes = await writeHdf5((h5) =>
    format === "weights" ? writeWeights(h5, model) : writeLegacyWeights(h5, model, ""),
  );
  await writeWhole(file, bytes);
}

function stateOf(model: Tf.LayersModel): OptimizerState {
  const paths = weightPaths(model);
  const trainable = model.trainableWeights.map((weight) => ({ weight, path: paths.get(weight)! }));
  return optimizerState(model.optimizer, trainable);
}

async function kerasArchive(
  model: Tf.LayersModel,
  settings: JsonObject | null,
  state: OptimizerState | null,
): Promise<Uint8Array> {
  const config = { ...modelToConfig(model), compile_config: settings };
  const weights = await writeHdf5((file) => {
    writeWeights(file, model);
    if (state) writeState(file, state, "optimizer/vars", (_, i) => String(i));
  });
  const text = (value: JsonObject): Uint8Array => new TextEncoder().encode(toPythonJson(value));
  const date = new Date().toISOString().slice(0, 19).replace("T", "@");
  return writeArchive({
    "metadata.json": text({ keras_version: kerasVersion, date_saved: date }),
    "config.json": text(config),
    "model.weights.h5": weights,
  });
}

function legacyFile(
  model: Tf.LayersModel,
  settings: JsonObject | null,
  state: OptimizerState | null,
): Promise<Uint8Array> {
  return writeHdf5((file) => {
    file.text("", "keras_version", kerasVersion);
    file.text("", "backend", "tensorflow");
    file.text("", "model_config", toPythonJson(modelToConfig(model)));
    if (settings) file.text("", "training_config", toPythonJson(trainingConfig(settings)));
    writeLegacyWeights(file, model, "model_weights");
    if (!state) return;
    const names = writeState(file, state, "optimizer_weights", (name) => `optimizer/${name}`);
    file.texts("optimizer_weights", "weight_names", names);
  });
}

/** Writes iterations, learning rate and slots; gives the names they got. */
function writeState(
  file: Hdf5Writer,
  state: OptimizerState,
  root: string,
  nameOf: (name: string, index: number) => string,
): string[] {
  const rate =
    state.learningRate === undefined
      ? []
      : [{ name: "learning_rate", values: filled([], state.learningRate) }];
  const variables = [...rate, ...state.slots];
  const names = ["iteration", ...variables.map(({ name }) => name)].map(nameOf);
  file.integer(`${root}/${names[0]}`, state.iterations);
  variables.forEach(({ values }, i) => file.floats(`${root}/${names[i + 1]}`, values));
  return names;
}

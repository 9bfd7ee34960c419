import { readFile, stat } from "node:fs/promises";
import type * as Tf from "@tensorflow/tfjs";
import { tf } from "../keras/load.js";
import { readArchive } from "./archive.js";
import { compileFromConfig } from "./compile-settings.js";
import { KerasFileError, reject } from "./errors.js";
import { formatOf, pathOf } from "./format.js";
import { type Hdf5Reader, isHdf5Error, readHdf5 } from "./hdf5.js";
import { modelInternals } from "./internals.js";
import { isObject, parseObject } from "./json.js";
import { readLegacyWeights } from "./legacy-weights-file.js";
import { modelFromConfig } from "./model-from-config.js";
import { keras2HardSigmoid } from "./objects.js";
import { hasSchedule, restoreOptimizer, variableCount } from "./optimizers.js";
import { loadFolder } from "./tfjs-folder.js";
import { readWeights } from "./weights-file.js";

export interface LoadOptions {
  /** Whether the model is compiled as it was saved, and its optimizer continues where it stopped. Default: true. */
  compile?: boolean;
}

/**
 * Loads a whole model that Keras 3 or 2, {@link saveModel} or `model.save` of TensorFlow.js wrote.
 *
 * Nothing in the file is executed: layers that hold Python code are refused.
 *
 * @param path a `.keras` or `.h5` file, or a folder with `model.json`, or that `model.json`; also a `file://` URL
 * @throws KerasFileError when the file is missing, damaged, foreign or hostile, or holds something that TensorFlow.js
 * has no equal of
 *
 * @example
 * const model = await loadModel("model.keras");
 * model.predict(tf.zeros([1, 2]));
 */
export async function loadModel(path: string, options: LoadOptions = {}): Promise<Tf.LayersModel> {
  const file = pathOf(path);
  const compile = options.compile ?? true;
  const info = await stat(file).catch((error: unknown) =>
    reject(`There is no file ${path}`, "the path of a saved model", "Check the name and the folder.", error),
  );
  if (info.isDirectory() || file.endsWith(".json")) return loadFolder(file, compile);
  const bytes = await readFile(file);
  switch (signature(bytes)) {
    case "zip":
      return loadArchive(bytes, path, compile);
    case "hdf5":
      return loadLegacy(bytes, path, compile);
    default:
      return reject(
        `${path} (${bytes.length} bytes) is neither a zip archive nor an HDF5 file`,
        "a .keras or .h5 file that Keras wrote",
        "The file is damaged, empty or of another format: copy it again or save the model again.",
      );
  }
}

/**
 * Loads weights into a model of the same architecture.
 *
 * @param path `.weights.h5` or `.keras` of Keras 3, or an `.h5` file of Keras 2 or 3 (weights or a whole model)
 * @example
 * await loadWeights(model, "model.weights.h5");
 */
export async function loadWeights(model: Tf.LayersModel, path: string): Promise<void> {
  const bytes = await readFile(pathOf(path)).catch((error: unknown) =>
    reject(`There is no file ${path}`, "the path of saved weights", "Check the name and the folder.", error),
  );
  const isArchive = signature(bytes) === "zip";
  const weights = isArchive ? (await readArchive(bytes, [weightsName], path))[weightsName]! : bytes;
  await readHdf5(weights, path, (file) => {
    if (isArchive || formatOf(path) === "weights" || !file.texts(legacyRoot(file), "layer_names"))
      readWeights(file, model);
    else readLegacyWeights(file, model, legacyRoot(file));
  });
}

const configName = "config.json";
const metadataName = "metadata.json";
const weightsName = "model.weights.h5";

function legacyRoot(file: Hdf5Reader): string {
  return file.group("model_weights") ? "model_weights" : "";
}

function signature(bytes: Uint8Array): "zip" | "hdf5" | undefined {
  const start = Buffer.from(bytes.subarray(0, 4)).toString("latin1");
  if (start.startsWith("PK")) return "zip";
  return start === "\x89HDF" ? "hdf5" : undefined;
}

async function loadArchive(bytes: Uint8Array, path: string, compile: boolean): Promise<Tf.LayersModel> {
  const files = await readArchive(bytes, [configName, weightsName], path, [metadataName]);
  const [text, metadata = "{}"] = [configName, metadataName].map(
    (name) => files[name] && new TextDecoder().decode(files[name]),
  );
  const { keras_version: version } = parseObject(metadata, `${metadataName} of ${path}`);
  const config = parseObject(withVersion(text!, version), `${configName} of ${path}`);
  return readHdf5(files[weightsName]!, path, (file) =>
    make(
      path,
      () => modelFromConfig(config, file.weightBytes()),
      (model) => {
        readWeights(file, model);
        if (compile) compileAndRestore(model, config.compile_config, file, optimizerVariables(file));
      },
    ),
  );
}

/** A configuration in which what older versions of Keras mean by a name is called otherwise. */
function withVersion(json: string, version: unknown): string {
  const isOld = typeof version === "string" && /^[12]/.test(version);
  return isOld ? json.replaceAll('"hard_sigmoid"', `"${keras2HardSigmoid}"`) : json;
}

function loadLegacy(bytes: Uint8Array, path: string, compile: boolean): Promise<Tf.LayersModel> {
  return readHdf5(bytes, path, (file) => {
    const text = file.text("", "model_config");
    if (text === undefined) {
      reject(
        `${path} holds no model_config`,
        "a whole model, as model.save writes it",
        "If it holds weights only, build the model and use loadWeights(model, path).",
      );
    }
    const version = file.text("", "keras_version") ?? "1";
    const config = parseObject(withVersion(text, version), `model_config of ${path}`);
    return make(
      path,
      () => modelFromConfig(config, file.weightBytes()),
      (model) => {
        readLegacyWeights(file, model, "model_weights");
        const settings = file.text("", "training_config");
        if (!compile || settings === undefined) return;
        const names = file.texts("optimizer_weights", "weight_names") ?? [];
        // One that scales losses, for half precision, has its own before those of the optimizer inside.
        const first = names.findLastIndex((name) => name.endsWith("/iteration"));
        const paths = names.slice(Math.max(first, 0)).map((name) => `optimizer_weights/${name}`);
        compileAndRestore(model, parseObject(settings, `training_config of ${path}`), file, paths);
      },
    );
  });
}

/** A model from `build` after `fill`; when one of them fails, the variables that they have made are freed. */
function make(
  path: string,
  build: () => Tf.LayersModel,
  fill: (model: Tf.LayersModel) => void,
): Tf.LayersModel {
  const before = new Set(variables());
  let model: Tf.LayersModel | undefined;
  try {
    model = build();
    fill(model);
    return model;
  } catch (error) {
    tf.dispose(variables().filter((variable) => !before.has(variable)));
    model?.optimizer?.dispose();
    if (error instanceof KerasFileError || isHdf5Error(error)) throw error;
    const { message } = error as Error;
    const isOfJavaScript = /^(?:Cannot |Invalid |Maximum )|is not (?:a function|iterable)/.test(message);
    return reject(
      `${path} holds a model that TensorFlow.js cannot build (${isOfJavaScript ? "parts of its configuration are missing, or of another type" : message})`,
      "layers, arguments and settings that it knows",
      "Build the model with those in Python and save it again.",
      error,
    );
  }
}

/** All that there are. */
function variables(): Tf.Variable[] {
  const { state } = tf.engine() as unknown as { state: { registeredVariables: Record<string, Tf.Variable> } };
  return Object.values(state.registeredVariables);
}

/** `names` are those of the optimizer's variables. */
function compileAndRestore(
  model: Tf.LayersModel,
  settings: unknown,
  file: Hdf5Reader,
  names: readonly string[],
): void {
  if (!isObject(settings) || Object.keys(settings).length === 0) return;
  const compile = (): boolean => {
    const isCompiled = compileFromConfig(model, settings, file.path);
    if (isCompiled) modelInternals(model).isOptimizerOwned = true;
    return isCompiled;
  };
  if (!compile()) return;
  const [first] = names;
  if (first === undefined) return;
  // Keras 3 writes adam/iteration, Keras 2 iteration:0, and before Keras 2.11 Adam/iter:0.
  const hasLearningRate = !first.endsWith(":0") && !hasSchedule(model.optimizer);
  const weights = model.trainableWeights;
  const expected = variableCount(model.optimizer, weights, hasLearningRate);
  // An optimizer that has not made a step yet has no slots.
  if (names.length < expected && names.length <= 1 + Number(hasLearningRate)) return;
  const startAfresh = (what: string): void =>
    console.warn(
      `${file.path}: ${what}, as when layers are frozen or set free after compile. The optimizer starts afresh; what it had ` +
        "gathered is left out.",
    );
  // Keras 2 keeps a momentum for SGD without one.
  const needsSlots = expected > variableCount(model.optimizer, [], hasLearningRate);
  if (names.length !== expected && needsSlots) {
    startAfresh(`the saved optimizer has ${names.length} variables, that of this model ${expected}`);
    return;
  }
  try {
    restoreOptimizer(model.optimizer, weights, {
      iterations: file.number(first),
      hasLearningRate,
      bySlot: first.endsWith("iter:0"),
      read: (index, shape) => file.floats(names[index]!, shape),
    });
  } catch (error) {
    if (!(error instanceof KerasFileError)) throw error;
    model.optimizer.dispose();
    compile();
    startAfresh(`the saved optimizer's variables do not fit the model's weights (${error.message})`);
  }
}

/** The variables of the optimizer in a `.keras` file; one that scales losses, for half precision, has them inside. */
function optimizerVariables(file: Hdf5Reader): string[] {
  const names: string[] = [];
  const inner = "optimizer/inner_optimizer";
  const group = file.group(inner) ? inner : "optimizer";
  const nameOf = (index: number): string => `${group}/vars/${index}`;
  while (file.has(nameOf(names.length))) names.push(nameOf(names.length));
  return names;
}

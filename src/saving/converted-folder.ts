import type * as Tf from "@tensorflow/tfjs";
import { tf } from "../keras/load.js";
import { layers } from "../tfjs/native.js";
import { patch } from "../tfjs/patch.js";
import { compileFromConfig } from "./compile-settings.js";
import { reject } from "./errors.js";
import { modelInternals } from "./internals.js";
import { asObject, isObject, type JsonObject } from "./json.js";
import { modelFromConfig } from "./model-from-config.js";
import { legacyWeights } from "./legacy-weights-file.js";
import { weightGroups } from "./weight-groups.js";

/**
 * Lets `tf.loadLayersModel`, and `loadModel` of a folder, read what TensorFlow.js's converter makes of files of Keras 3: it
 * writes Keras's configuration as it is, and calls the weights as Keras's file has them.
 */
export function readConvertedFolders(): void {
  patch(layers, "loadLayersModel", {
    name: "folders converted from Keras 3",
    why: "their configuration is Keras 3's: 'An InputLayer should be passed either a batchInputShape or an inputShape'",
    wrap: (load) => async (place, options) => {
      const handler = typeof place === "string" ? handlerFor(place, options) : place;
      if (!handler.load) return load(place, options);
      const artifacts = await handler.load();
      if (isOfKeras3(artifacts)) return modelOf(artifacts, typeof place === "string" ? place : "The model");
      return load({ ...handler, load: async () => artifacts }, options);
    },
  });
}

function handlerFor(place: string, options: Tf.io.LoadOptions | undefined): Tf.io.IOHandler {
  const [handler] = tf.io.getLoadHandlers(place, options);
  return handler ?? tf.io.browserHTTPRequest(place, options);
}

function isOfKeras3({ modelTopology }: Tf.io.ModelArtifacts): boolean {
  const topology = modelTopology as { keras_version?: unknown } | undefined;
  return typeof topology?.keras_version === "string" && topology.keras_version.startsWith("3");
}

function modelOf(
  { modelTopology, weightData, weightSpecs }: Tf.io.ModelArtifacts,
  path: string,
): Tf.LayersModel {
  const topology = modelTopology as JsonObject;
  const config = asObject(topology.model_config, "model_config");
  // Quantized weights become float32 here.
  const weights = tf.io.decodeWeights(weightData!, weightSpecs!);
  try {
    const size = Object.values(weights).reduce((sum, tensor) => sum + 4 * tensor.size, 0);
    const model = modelFromConfig(config, size);
    try {
      assignWeights(model, weights, path);
      const settings = topology.training_config ?? config.compile_config;
      if (isObject(settings) && compileFromConfig(model, settings, path))
        modelInternals(model).isOptimizerOwned = true;
    } catch (error) {
      model.dispose();
      throw error;
    }
    return model;
  } finally {
    tf.dispose(weights);
  }
}

/** From `.keras` they are called `layers/dense_1/vars/0`; from `.h5` they begin with the names of model and layer. */
function assignWeights(model: Tf.LayersModel, saved: Tf.NamedTensorMap, path: string): void {
  const names = Object.keys(saved);
  if (names.some((name) => /\bvars\/\d+$/.test(name))) {
    for (const { path: place, weights } of weightGroups(model))
      weights.forEach((weight, i) => assign(weight, saved, `${place}/vars/${i}`, path));
    return;
  }
  for (const layer of model.layers) {
    const weights = legacyWeights(layer);
    const own = names.filter((name) => {
      const [first, second] = name.split("/");
      return first === layer.name || second === layer.name;
    });
    if (own.length !== weights.length)
      reject(
        `${path} has ${own.length} weights for layer ${JSON.stringify(layer.name)} (${own.join(", ")})`,
        `${weights.length}, as the layer has`,
        "Convert the model again, from a .keras file.",
      );
    weights.forEach((weight, i) => assign(weight, saved, own[i]!, path));
  }
}

function assign(weight: Tf.LayerVariable, saved: Tf.NamedTensorMap, name: string, path: string): void {
  const values = saved[name];
  if (values?.shape.join() !== weight.shape.join())
    return reject(
      `${path}: the weight ${name} ${values ? `has the shape [${values.shape.join()}]` : "is missing"}`,
      `the shape [${weight.shape.join()}]`,
      "Convert the model again.",
    );
  tf.tidy(() => (weight.read() as Tf.Variable).assign(tf.cast(values, weight.dtype)));
}

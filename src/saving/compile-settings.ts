import type * as Tf from "@tensorflow/tfjs";
import { tf } from "../keras/load.js";
import { findLoss, knownLosses, lossOfClass } from "../keras/losses/catalogue.js";
import { Loss } from "../keras/losses/loss.js";
import { metricOfClass } from "../keras/metrics/constructors.js";
import { Metric, nameOfClass } from "../keras/metrics/metric.js";
import { reject } from "./errors.js";
import { asObject, describe, isObject, type Json, type JsonObject, textOf } from "./json.js";
import { modelInternals } from "./internals.js";
import { camelCase, fromCamelCase, snakeCase } from "./naming.js";
import { optimizerFromConfig, optimizerToConfig } from "./optimizers.js";

type LossFunction = (labels: Tf.Tensor, predictions: Tf.Tensor) => Tf.Tensor;
type GivenLoss = string | LossFunction | Loss;
type GivenMetric = string | LossFunction | Metric;
type GivenMetrics =
  GivenMetric | (GivenMetric | GivenMetric[])[] | Record<string, GivenMetric | GivenMetric[]> | undefined;
type LossWeights = number | number[] | Record<string, number>;
type CompileArguments = Parameters<Tf.LayersModel["compile"]>[0];

/** A model with what `compile` has left there. */
interface CompiledModel {
  lossWeights?: number[];
  weightedMetrics: GivenMetrics;
}

/** Keras's metric -> the name for `compile`. */
const metrics: Readonly<Record<string, string>> = {
  accuracy: "accuracy",
  acc: "accuracy",
  crossentropy: "crossentropy",
  ce: "crossentropy",
  MeanSquaredError: "mse",
  MeanAbsoluteError: "mae",
  MeanAbsolutePercentageError: "mape",
  BinaryAccuracy: "binaryAccuracy",
  CategoricalAccuracy: "categoricalAccuracy",
  SparseCategoricalAccuracy: "sparseCategoricalAccuracy",
  TopKCategoricalAccuracy: "topKCategoricalAccuracy",
  SparseTopKCategoricalAccuracy: "sparseTopKCategoricalAccuracy",
  BinaryCrossentropy: "binaryCrossentropy",
  CategoricalCrossentropy: "categoricalCrossentropy",
  SparseCategoricalCrossentropy: "sparseCategoricalCrossentropy",
  CosineSimilarity: "cosineSimilarity",
  RootMeanSquaredError: "rootMeanSquaredError",
  R2Score: "r2Score",
  Precision: "precision",
  Recall: "recall",
  AUC: "auc",
  TruePositives: "truePositives",
  FalsePositives: "falsePositives",
  TrueNegatives: "trueNegatives",
  FalseNegatives: "falseNegatives",
};

/** The settings that these metrics have, where they are not off. */
const metricSettings: JsonObject = {
  num_thresholds: 200,
  curve: "ROC",
  summation_method: "interpolation",
  class_aggregation: "uniform_average",
  threshold: 0.5,
  axis: -1,
  k: 5,
  label_smoothing: 0,
};

/** Those of metrics that compare class numbers, not columns. */
const ofClassNumbers: JsonObject = { sparse_y_true: true, sparse_y_pred: true };

const withoutCompiling = "Load the model with { compile: false } and compile it yourself.";

/** Whether `compile` in Python was given no loss for an output, or for none. */
function lacksLoss(value: Json): boolean {
  if (value === null) return true;
  if (Array.isArray(value)) return value.length === 0 || value.some(lacksLoss);
  return isObject(value) && !("class_name" in value) && Object.values(value).some(lacksLoss);
}

/**
 * Compiles `model` as Keras's settings (`compile_config`, or `training_config` of `.h5` files) say.
 *
 * @returns whether it is compiled: without a loss, as after `compile("adam")`, there is nothing to train
 */
export function compileFromConfig(model: Tf.LayersModel, settings: JsonObject, path: string): boolean {
  const given = settings.loss ?? null;
  // Keras leaves it out where it saves a model twice.
  const ofOptimizer = settings.optimizer ?? settings.optimizer_config;
  if (ofOptimizer === undefined) return false;
  if (lacksLoss(given)) {
    // One without any is only used to predict.
    if (given !== null && [given].flat().some((one) => one !== null))
      console.warn(
        `${path}: not every output has a loss, which TensorFlow.js needs. The model is not compiled; to train it, compile it ` +
          "with a loss for each output.",
      );
    return false;
  }
  const loss = mapStructure(given, lossToTfjs);
  const weightedMetrics = metricsToTfjs(model, settings.weighted_metrics ?? null);
  const lossWeights = settings.loss_weights ?? null;
  const metricsOfModel = metricsToTfjs(model, settings.metrics ?? null);
  const optimizer = optimizerFromConfig(ofOptimizer);
  try {
    model.compile({
      loss,
      ...(metricsOfModel !== undefined && { metrics: metricsOfModel }),
      ...(weightedMetrics !== undefined && { weightedMetrics }),
      ...(lossWeights !== null && { lossWeights: lossWeights as LossWeights }),
      optimizer,
    });
  } catch (error) {
    optimizer.dispose();
    throw error;
  }
  return true;
}

/** A sequential model is compiled inside of it. */
function innerOf(model: Tf.LayersModel): CompiledModel {
  return (modelInternals(model).model ?? model) as unknown as CompiledModel;
}

function lossWeightsOf(model: Tf.LayersModel): Json {
  const { lossWeights = null } = innerOf(model);
  return lossWeights?.length === 1 ? lossWeights[0]! : lossWeights;
}

/** The settings of the compiled `model` as Keras 3 writes them, or null. */
export function compileToConfig(model: Tf.LayersModel): JsonObject | null {
  if (!model.optimizer) return null;
  return {
    optimizer: optimizerToConfig(model.optimizer),
    loss: lossesToKeras(model.loss),
    loss_weights: lossWeightsOf(model),
    metrics: metricsToKeras(model, model.metrics),
    weighted_metrics: metricsToKeras(model, innerOf(model).weightedMetrics),
    run_eagerly: false,
    steps_per_execution: 1,
    jit_compile: false,
  };
}

/** Keras writes one loss, a list or a dictionary of them; an object with a `class_name` is one. */
function mapStructure<T>(value: Json, map: (value: Json) => T): T | T[] | Record<string, T> {
  if (Array.isArray(value)) return value.map((item) => map(item));
  if (isObject(value) && !("class_name" in value)) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, map(item)]));
  }
  return map(value);
}

/** `"mse"`, `"mean_squared_error"`, `"MeanSquaredError"` and Keras's objects -> `MeanSquaredError`, with arguments. */
function canonical(value: Json, table: object): { name: string; config: JsonObject } {
  let name = value;
  let config: JsonObject = {};
  if (isObject(value)) {
    config = isObject(value.config) ? value.config : {};
    // Functions are { class_name: "function", config: "mean_squared_error" }; Keras 2 wraps them.
    const wrapped = isObject(config.fn) ? config.fn.config : config.fn;
    name = (value.class_name === "function" ? value.config : (wrapped ?? value.class_name)) ?? null;
  }
  const text = textOf(name);
  const found =
    Object.keys(table).find((key) => key === text || snakeCase(key) === text) ?? findLoss(text)?.className;
  return { name: found ?? text, config };
}

/** Settings that losses have where they are at their defaults, besides null and false. */
const lossDefaults: JsonObject = { reduction: "sum_over_batch_size", label_smoothing: 0, axis: -1 };

function lossToTfjs(value: Json): string | Loss {
  const { name, config } = canonical(value, {});
  const found = findLoss(name);
  const settings = Object.entries(config).filter(
    ([key, item]) =>
      !["name", "dtype", "fn"].includes(key) &&
      item !== null &&
      item !== (lossDefaults[key] ?? false) &&
      // Of Keras 2.
      !(key === "reduction" && item === "auto"),
  );
  if (found && settings.length === 0) return found.tfjs ?? found.name;
  const options = settings.map(([key, item]) => [
    camelCase(key),
    key === "reduction" ? camelCase(textOf(item)) : item,
  ]);
  const made = lossOfClass(name, Object.fromEntries(options) as JsonObject);
  if (made) return made;
  const [setting] = settings;
  return reject(
    `The model was compiled with the loss ${name}${setting ? `(${setting[0]}=${describe(setting[1])})` : ""}, which there is none of here`,
    `one of ${knownLosses.map(({ className }) => className).join(", ")}, with arguments of losses.*`,
    withoutCompiling,
  );
}

function lossesToKeras(given: GivenLoss | GivenLoss[] | Record<string, GivenLoss>): Json {
  if (typeof given !== "object" || given instanceof Loss) return lossToKeras(given);
  if (Array.isArray(given)) return given.length === 0 ? null : given.map(lossToKeras);
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, lossToKeras(value)]));
}

function lossToKeras(value: GivenLoss): Json {
  if (value instanceof Loss) {
    const settings = Object.entries(value.settings).map(([key, item]) => [fromCamelCase(key), item as Json]);
    const config = { ...Object.fromEntries(settings), reduction: fromCamelCase(value.reduction) };
    return kerasObject("keras.losses", value.className, config);
  }
  const found = typeof value === "string" ? findLoss(value)?.className : undefined;
  if (!found) {
    reject(
      `The model is compiled with the loss ${typeof value === "function" ? `function ${value.name || "(without a name)"}` : describe(value)}`,
      `one of ${knownLosses.map(({ name }) => name).join(", ")}, or of losses.*`,
      "Compile it with one of these, or save with { includeOptimizer: false } and compile after loading.",
    );
  }
  return kerasObject("keras.losses", found, {});
}

function metricsToTfjs(model: Tf.LayersModel, value: Json): CompileArguments["metrics"] {
  const list = (item: Json) => [item].flat().flatMap(metricToTfjs);
  let given = value;
  if (given === null) return undefined;
  if (Array.isArray(given) && given.some(Array.isArray)) {
    if (model.outputNames.length === 1) return list(given.flat());
    const each = given;
    given = Object.fromEntries(model.outputNames.map((name, i) => [name, each[i] ?? []]));
  }
  if (!isObject(given) || "class_name" in given) return list(given);
  return Object.fromEntries(Object.entries(given).map(([name, item]) => [name, list(item)]));
}

/** A metric that there is none of here changes neither training nor predictions: it is left out with a warning. */
function metricToTfjs(value: Json): (string | Metric)[] {
  if (value === null) return [];
  const { name, config } = canonical(value, metrics);
  const defaults: JsonObject = name.startsWith("OneHot")
    ? metricSettings
    : { ...ofClassNumbers, ...metricSettings };
  const settings = Object.entries(config).filter(
    ([key, item]) =>
      !["name", "dtype", "reduction", "fn"].includes(key) &&
      item !== null &&
      item !== (defaults[key] ?? false) &&
      !(Array.isArray(item) && item.length === 0),
  );
  const given = typeof config.name === "string" ? config.name : "";
  const isNamed = given !== "" && given.replace(/_\d+$/, "") !== snakeCase(name);
  if (Object.hasOwn(metrics, name) && settings.length === 0 && !isNamed) return [metrics[name]!];
  const options = Object.fromEntries(settings.map(([key, item]) => [camelCase(key), item]));
  try {
    const made = metricOfClass(name, isNamed ? { ...options, name: given } : options);
    if (made) return [made];
  } catch (error) {
    // Of a metric that gives several numbers.
    if (!(error instanceof TypeError)) throw error;
  }
  if (Object.hasOwn(metrics, name) && settings.length === 0) return [metrics[name]!];
  const setting = settings[0] ? `(${settings[0][0]}=${describe(settings[0][1])})` : "";
  console.warn(`loadModel: there is no metric ${name}${setting} here; the model is compiled without it.`);
  return [];
}

function metricsToKeras(model: Tf.LayersModel, given: GivenMetrics): Json {
  if (given == null) return null;
  const list = (value: GivenMetric | GivenMetric[]): Json[] => [value].flat().map(metricToKeras);
  if (typeof given === "object" && !Array.isArray(given) && !(given instanceof Metric)) {
    return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, list(value)]));
  }
  if (model.outputNames.length === 1) return list([given].flat(2));
  if (Array.isArray(given) && given.some(Array.isArray)) return given.map(list);
  return model.outputNames.map(() => list([given].flat(2)));
}

function metricToKeras(value: GivenMetric): Json {
  if (value instanceof Metric) {
    const { className, name, settings } = value;
    const isDefault = name === nameOfClass(className);
    const config = Object.fromEntries(
      Object.entries(settings).map(([key, item]) => [fromCamelCase(key), item as Json]),
    );
    return kerasMetric(className, { name: isDefault ? snakeCase(className) : name, ...config });
  }
  const given = typeof value === "string" ? value.toLowerCase() : undefined;
  const found =
    value === tf.metrics.sparseCategoricalAccuracy
      ? "SparseCategoricalAccuracy"
      : Object.entries(metrics).find((names) => names.some((name) => name.toLowerCase() === given))?.[0];
  if (!found) {
    reject(
      `The model is compiled with the metric ${typeof value === "function" ? value.name : describe(value)}`,
      Object.keys(metrics).join(", "),
      "Compile it with one of these, or save with { includeOptimizer: false } and compile after loading.",
    );
  }
  return /^[a-z]/.test(found) ? found : kerasMetric(found, { name: snakeCase(found) });
}

const kerasMetric = (className: string, config: JsonObject): Json =>
  kerasObject("keras.metrics", className, config);

function kerasObject(module: string, className: string, config: JsonObject): Json {
  return { module, class_name: className, config, registered_name: null };
}

/** `settings` without what only Keras 3's new format has: `.h5` files hold `{ class_name, config }`. */
export function trainingConfig(settings: JsonObject): JsonObject {
  const { optimizer, ...others } = settings;
  const plain = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(plain);
    if (!isObject(value)) return value;
    const { module: _module, registered_name: _name, ...rest } = value;
    return "class_name" in value
      ? rest
      : Object.fromEntries(Object.entries(value).map(([k, v]) => [k, plain(v)]));
  };
  const mapped = Object.fromEntries(Object.entries(others).map(([key, value]) => [key, plain(value)]));
  return { ...mapped, optimizer_config: plain(asObject(optimizer, "The optimizer")) };
}

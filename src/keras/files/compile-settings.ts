import type * as Tf from "@tensorflow/tfjs";
import { tf } from "../../tensorflow/load.js";
import { reject } from "./errors.js";
import { asObject, describe, isObject, type Json, type JsonObject, textOf } from "./json.js";
import { modelInternals } from "./internals.js";
import { snakeCase } from "./naming.js";
import { optimizerFromConfig, optimizerToConfig } from "./optimizers.js";

type LossFunction = (labels: Tf.Tensor, predictions: Tf.Tensor) => Tf.Tensor;
type Loss = string | LossFunction;

/** Keras's class -> tfjs's name. */
const losses: Readonly<Record<string, string>> = {
  MeanSquaredError: "meanSquaredError",
  MeanAbsoluteError: "meanAbsoluteError",
  MeanAbsolutePercentageError: "meanAbsolutePercentageError",
  MeanSquaredLogarithmicError: "meanSquaredLogarithmicError",
  SquaredHinge: "squaredHinge",
  Hinge: "hinge",
  CategoricalHinge: "categoricalHinge",
  LogCosh: "logcosh",
  CategoricalCrossentropy: "categoricalCrossentropy",
  SparseCategoricalCrossentropy: "sparseCategoricalCrossentropy",
  BinaryCrossentropy: "binaryCrossentropy",
  KLDivergence: "kullbackLeiblerDivergence",
  Poisson: "poisson",
  CosineSimilarity: "cosineProximity",
};

/** Other spellings of Keras for the same losses and metrics. */
const synonyms: Readonly<Record<string, string>> = {
  mse: "MeanSquaredError",
  mae: "MeanAbsoluteError",
  mape: "MeanAbsolutePercentageError",
  msle: "MeanSquaredLogarithmicError",
  logcosh: "LogCosh",
  log_cosh: "LogCosh",
  kld: "KLDivergence",
  kl_divergence: "KLDivergence",
  kullback_leibler_divergence: "KLDivergence",
  cosine_proximity: "CosineSimilarity",
};

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
};

const { NONE } = tf.Reduction;
/** Losses of logits, which tfjs has no names for: same numbers as Keras's `from_logits=True`. */
const logitLosses: Readonly<Record<string, LossFunction>> = {
  binaryCrossentropy: (labels, logits) =>
    tf.mean(tf.losses.sigmoidCrossEntropy(labels, logits, undefined, undefined, NONE), -1),
  categoricalCrossentropy: (labels, logits) =>
    tf.losses.softmaxCrossEntropy(labels, logits, undefined, undefined, NONE),
  sparseCategoricalCrossentropy: (labels, logits) => {
    const classes = logits.shape.at(-1)!;
    const oneHot = tf.oneHot(tf.cast(tf.reshape(labels, logits.shape.slice(0, -1)), "int32"), classes);
    return tf.losses.softmaxCrossEntropy(oneHot, logits, undefined, undefined, NONE);
  },
};

const sparseLogits = logitLosses.sparseCategoricalCrossentropy;

const withoutCompiling = "Load the model with { compile: false } and compile it yourself.";

/** Compiles `model` as Keras's settings (`compile_config`, or `training_config` of `.h5` files) say. */
export function compileFromConfig(model: Tf.LayersModel, settings: JsonObject): void {
  const weights = [settings.loss_weights ?? null].flat();
  const values = weights.flatMap((weight) => (isObject(weight) ? Object.values(weight) : [weight]));
  if (values.some((value) => value !== null && value !== 1)) {
    reject(
      `The model was compiled with loss_weights = ${describe(settings.loss_weights)}`,
      "losses of equal weight: TensorFlow.js has no loss weights",
      withoutCompiling,
    );
  }
  const loss = mapStructure(settings.loss ?? null, lossToTfjs);
  model.compile({
    loss: loss as Tf.ModelCompileArgs["loss"],
    metrics: metricsToTfjs(model, settings.metrics ?? null, loss === sparseLogits),
    optimizer: optimizerFromConfig(settings.optimizer ?? settings.optimizer_config),
  });
  // tfjs expects labels of shape [batch, 1] only from its own sparse loss.
  const { feedOutputShapes } = modelInternals(modelInternals(model).model ?? model);
  model.outputNames.forEach((name, i) => {
    const own = Array.isArray(loss) ? loss[i] : typeof loss === "object" ? loss[name] : loss;
    if (own === sparseLogits) feedOutputShapes[i] = [...feedOutputShapes[i]!.slice(0, -1), 1];
  });
}

/** The settings of the compiled `model` as Keras 3 writes them, or null. */
export function compileToConfig(model: Tf.LayersModel): JsonObject | null {
  if (!model.optimizer) return null;
  return {
    optimizer: optimizerToConfig(model.optimizer),
    loss: lossesToKeras(model.loss),
    loss_weights: null,
    metrics: metricsToKeras(model),
    weighted_metrics: null,
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
    synonyms[text.toLowerCase()] ?? Object.keys(table).find((key) => key === text || snakeCase(key) === text);
  return { name: found ?? text, config };
}

function lossToTfjs(value: Json): Loss {
  const { name, config } = canonical(value, losses);
  const tfjs = Object.hasOwn(losses, name) ? losses[name]! : undefined;
  const reduction = textOf(config.reduction ?? "sum_over_batch_size");
  const off: JsonObject = { label_smoothing: 0, axis: -1 };
  const extra = Object.entries(config).find(
    ([key, item]) =>
      !["name", "dtype", "reduction", "from_logits", "fn"].includes(key) &&
      item !== null &&
      item !== off[key],
  );
  if (!tfjs || extra || !["sum_over_batch_size", "auto"].includes(reduction)) {
    const argument = extra ? `(${extra[0]}=${describe(extra[1])})` : tfjs ? `(reduction=${reduction})` : "";
    reject(
      `The model was compiled with the loss ${name}${argument}, which TensorFlow.js does not have`,
      `one of ${Object.keys(losses).join(", ")} with its defaults`,
      withoutCompiling,
    );
  }
  return config.from_logits === true ? (logitLosses[tfjs] ?? tfjs) : tfjs;
}

function lossesToKeras(given: Loss | Loss[] | Record<string, Loss>): Json {
  if (typeof given !== "object") return lossToKeras(given);
  if (Array.isArray(given)) return given.length === 0 ? null : given.map(lossToKeras);
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, lossToKeras(value)]));
}

function lossToKeras(value: Loss): Json {
  const name =
    typeof value === "function" ? Object.keys(logitLosses).find((key) => logitLosses[key] === value) : value;
  const found = Object.entries(losses).find(([, tfjs]) => tfjs === name)?.[0];
  if (!found) {
    reject(
      `The model is compiled with the loss ${typeof value === "function" ? `function ${value.name || "(without a name)"}` : describe(value)}`,
      `one of ${Object.values(losses).join(", ")}`,
      "Compile it with one of these, or save with { includeOptimizer: false } and compile after loading.",
    );
  }
  const config: JsonObject = typeof value === "function" ? { from_logits: true } : {};
  return { module: "keras.losses", class_name: found, config, registered_name: null };
}

function metricsToTfjs(
  model: Tf.LayersModel,
  value: Json,
  isSparse: boolean,
): Tf.ModelCompileArgs["metrics"] {
  // tfjs knows which accuracy is meant by its own losses only.
  const meant = (metric: Json): Json =>
    isSparse && (metric === "accuracy" || metric === "acc") ? "SparseCategoricalAccuracy" : metric;
  const list = (item: Json): string[] => [item].flat().flatMap((metric) => metricToTfjs(meant(metric)));
  let given = value;
  if (given === null) return undefined;
  if (Array.isArray(given) && given.some(Array.isArray)) {
    if (model.outputNames.length === 1) return list(given.flat());
    const each = given;
    given = Object.fromEntries(model.outputNames.map((name, i) => [name, each[i] ?? []]));
  }
  if (!isObject(given) || "class_name" in given) return list(given);
  const byOutput = Object.fromEntries(Object.entries(given).map(([name, item]) => [name, list(item)]));
  // tfjs takes lists here, too, which its type does not say.
  return byOutput as unknown as Record<string, string>;
}

/** A metric that tfjs lacks changes neither training nor predictions: it is left out with a warning. */
function metricToTfjs(value: Json): string[] {
  if (value === null) return [];
  const { name, config } = canonical(value, metrics);
  const other = Object.entries(config).find(
    ([key, item]) =>
      Boolean(item) && !["name", "dtype", "reduction", "fn"].includes(key) && item !== metricSettings[key],
  );
  if (Object.hasOwn(metrics, name) && !other) return [metrics[name]!];
  const setting = other ? `(${other[0]}=${describe(other[1])})` : "";
  console.warn(`loadModel: there is no metric ${name}${setting} here; the model is compiled without it.`);
  return [];
}

function metricsToKeras(model: Tf.LayersModel): Json {
  const given = model.metrics as Loss | Loss[] | Record<string, Loss | Loss[]> | undefined;
  if (given == null) return null;
  const list = (value: Loss | Loss[]): Json[] => [value].flat().map(metricToKeras);
  if (typeof given === "object" && !Array.isArray(given)) {
    return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, list(value)]));
  }
  const all = list(given);
  return model.outputNames.length > 1 ? model.outputNames.map(() => all) : all;
}

function metricToKeras(value: Loss): Json {
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
  return /^[a-z]/.test(found)
    ? found
    : {
        module: "keras.metrics",
        class_name: found,
        config: { name: snakeCase(found) },
        registered_name: null,
      };
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

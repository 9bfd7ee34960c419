import type { Measure, OpenModel } from "../../tfjs/internals.js";
import { epochMetrics } from "../metrics/constructors.js";
import { classOfColumns, classOfNumbers, topKAccuracy } from "../metrics/measures.js";
import { knownLosses } from "./catalogue.js";
import * as made from "./constructors.js";
import { isOfClassNumbers, Loss, lossOf } from "./loss.js";
import { Metric } from "../metrics/metric.js";
import { tf } from "../../tfjs/native.js";

/** What TensorFlow.js's `compile` gets for each name of a loss: its own name for it, or the function. */
const losses: Record<string, string | Measure> = Object.fromEntries(
  knownLosses.flatMap(({ name, aliases = [], tfjs, make }) =>
    [name, ...aliases].map((each) => [each, tfjs ?? make().measure]),
  ),
);

/** The same for metrics; those that count over an epoch are in `metrics/`. */
const metrics: Record<string, Measure> = {
  meanSquaredError: (yTrue, yPred) => tf.metrics.meanSquaredError(yTrue, yPred),
  meanAbsoluteError: (yTrue, yPred) => tf.metrics.meanAbsoluteError(yTrue, yPred),
  meanAbsolutePercentageError: (yTrue, yPred) => tf.metrics.meanAbsolutePercentageError(yTrue, yPred),
  binaryCrossentropy: (yTrue, yPred) => tf.metrics.binaryCrossentropy(yTrue, yPred),
  sparseCategoricalAccuracy: (yTrue, yPred) => tf.metrics.sparseCategoricalAccuracy(yTrue, yPred),
  topKCategoricalAccuracy: topKAccuracy(5, classOfColumns),
  sparseTopKCategoricalAccuracy: topKAccuracy(5, classOfNumbers),
  cosineSimilarity: (yTrue, yPred) => tf.neg(tf.metrics.cosineProximity(yTrue, yPred)),
  huber: (yTrue, yPred) => made.huber().measure(yTrue, yPred),
};
// fit names a metric in logs by the name of its function.
for (const [name, metric] of Object.entries(metrics)) Object.defineProperty(metric, "name", { value: name });

/** Of TensorFlow.js itself. */
const namesOf = {
  loss: knownLosses.flatMap(({ tfjs = [] }) => tfjs).join(" "),
  metric:
    "accuracy binaryAccuracy categoricalAccuracy categoricalCrossentropy cosine mae mape mse sparseCategoricalCrossentropy",
};

/** Runs `compile`; a misspelt name is answered with those that there are. */
export function namingKnown(compile: () => void): void {
  try {
    compile();
  } catch (error) {
    const [, kind] = /^Unknown (loss|metric) \w+/.exec((error as Error).message) ?? [];
    if (kind === "loss" || kind === "metric") {
      const ours = Object.keys(kind === "loss" ? losses : { ...metrics, ...epochMetrics });
      const names = [...new Set([...namesOf[kind].split(" "), ...ours])].toSorted();
      (error as Error).message += `. Known are ${names.map((name) => JSON.stringify(name)).join(", ")}.`;
    }
    throw error;
  }
}

/** Replaces the names in what `compile` was given: one, several, or by output. */
function replaced(given: unknown, known: Record<string, string | Measure>): unknown {
  if (typeof given === "string") return Object.hasOwn(known, given) ? known[given] : given;
  if (given instanceof Loss) return given.measure;
  if (Array.isArray(given)) return given.map((one) => replaced(one, known));
  if (given === null || typeof given !== "object" || given instanceof Metric) return given;
  return Object.fromEntries(Object.entries(given).map(([output, one]) => [output, replaced(one, known)]));
}

/** What TensorFlow.js's `compile` takes for Keras's names of losses, in camelCase: https://keras.io/api/losses/ */
export const resolveLosses = (given: unknown): unknown => replaced(given, losses);

/** The same for metrics, https://keras.io/api/metrics/ */
export const resolveMetrics = (given: unknown): unknown => replaced(given, metrics);

/** Says which targets a compiled model's losses take: of any shape, a loss of one's own. */
export function takeTargets(model: OpenModel, given: unknown): void {
  takeClassNumbers(model);
  const shapes = model.feedOutputShapes!;
  model.outputNames.forEach((name, i) => {
    if (typeof lossGivenFor(given, name, i) === "function") shapes[i] = null;
  });
}

/** What `compile` was given for an output: one loss for all, or one for each, in order or by name. */
function lossGivenFor(given: unknown, output: string, index: number): unknown {
  if (typeof given !== "object" || given === null || given instanceof Loss) return given;
  return Array.isArray(given) ? given[index] : (given as Record<string, unknown>)[output];
}

function takeClassNumbers({ lossFunctions, feedOutputShapes }: OpenModel): void {
  lossFunctions.forEach((lossFunction, i) => {
    if (!lossOf(lossFunction) || !isOfClassNumbers(lossFunction)) return;
    feedOutputShapes![i] = [...feedOutputShapes![i]!.slice(0, -1), 1];
  });
}

/** What `"accuracy"` and `"crossentropy"` mean: of one column; of class numbers; of columns. */
const meanings: Record<string, [Measure, Measure, Measure]> = {
  acc: [tf.metrics.binaryAccuracy, tf.metrics.sparseCategoricalAccuracy, tf.metrics.categoricalAccuracy],
  ce: [
    made.binaryCrossentropy().measure,
    made.sparseCategoricalCrossentropy().measure,
    made.categoricalCrossentropy().measure,
  ],
};

/** In Keras it depends on the shapes of targets and outputs (`is_binary_or_sparse_categorical`), in TensorFlow.js on the loss. */
export function chooseByShape(model: OpenModel): void {
  const { metricsNames, metricsTensors } = model;
  model.metricsTensors = metricsTensors.map(([measure, output], i) => {
    const meaning = meanings[/(?:^|_)(acc|ce)$/.exec(metricsNames[i + 1]!)?.[1] ?? ""];
    // Not a function of somebody's with such a name.
    if (!meaning || !/(?:Accuracy|Crossentropy)(?:\$\d+)?$/.test(measure.name)) return [measure, output];
    const [binary, sparse, categorical] = meaning;
    const chosen: Measure = (yTrue, yPred) => {
      if (yPred.shape.at(-1) === 1) return binary(yTrue, yPred);
      const isNumbers = yTrue.rank < yPred.rank || yTrue.shape.at(-1) === 1;
      return (isNumbers ? sparse : categorical)(yTrue, yPred);
    };
    return [chosen, output];
  });
}

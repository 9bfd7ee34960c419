import type { Tensor } from "@tensorflow/tfjs-node";
import { classOfColumns, classOfNumbers, topKAccuracy } from "../metrics/measures.js";
import { Metric } from "../metrics/metric.js";
import { tf } from "../native.js";

type Measure = (yTrue: Tensor, yPred: Tensor) => Tensor;

/** Squared for errors up to `delta`, straight beyond (Huber, 1964). */
const huber: Measure = (yTrue, yPred) =>
  tf.tidy(() => {
    const error = tf.abs(tf.sub(yPred, yTrue));
    const bounded = tf.minimum(error, 1);
    return tf.mean(tf.add(tf.mul(tf.square(bounded), 0.5), tf.sub(error, bounded)), -1);
  });

/** Keras's names of losses that TensorFlow.js knows by another name, or not at all. */
const losses: Record<string, string | Measure> = {
  mse: "meanSquaredError",
  mae: "meanAbsoluteError",
  mape: "meanAbsolutePercentageError",
  msle: "meanSquaredLogarithmicError",
  logCosh: "logcosh",
  klDivergence: "kullbackLeiblerDivergence",
  cosineSimilarity: "cosineProximity",
  huber,
};

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
  huber,
};
// fit names a metric in logs by the name of its function.
for (const [name, metric] of Object.entries(metrics)) Object.defineProperty(metric, "name", { value: name });

/** Replaces the names in what `compile` was given: one, several, or by output. */
function replaced(given: unknown, known: Record<string, string | Measure>): unknown {
  if (typeof given === "string") return Object.hasOwn(known, given) ? known[given] : given;
  if (Array.isArray(given)) return given.map((one) => replaced(one, known));
  if (given === null || typeof given !== "object" || given instanceof Metric) return given;
  return Object.fromEntries(Object.entries(given).map(([output, one]) => [output, replaced(one, known)]));
}

/** Lets `compile` take Keras's names, in camelCase: https://keras.io/api/losses/ and https://keras.io/api/metrics/ */
export function repairLossNames(): void {
  const model = tf.LayersModel.prototype;
  const { compile } = model;
  model.compile = function (args) {
    const { loss, metrics: measured, weightedMetrics } = args;
    compile.call(this, {
      ...args,
      loss: replaced(loss, losses) as typeof loss,
      metrics: replaced(measured, metrics) as NonNullable<typeof measured>,
      ...(weightedMetrics !== undefined && {
        weightedMetrics: replaced(weightedMetrics, metrics) as typeof weightedMetrics,
      }),
    });
    // What is saved with the model are the names.
    if (loss !== undefined) this.loss = loss;
    this.metrics = measured as typeof this.metrics;
  };
}

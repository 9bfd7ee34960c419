import type { Scalar, Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import type { Measure, MetricDefinition } from "./epoch-metric.js";

/** 1 for what is above, 0 for the others. */
export const isAbove = (values: Tensor, threshold: number): Tensor =>
  tf.cast(tf.greater(values, threshold), "float32");

/** Weights of samples, or of steps, so that they can be multiplied with values of all of these. */
export function alongside(weights: Tensor, values: Tensor): Tensor {
  // A loss of the whole batch is one of each sample.
  if (values.rank === 0) return weights;
  if (weights.rank > values.rank) return tf.reshape(weights, values.shape);
  const missing = values.rank - weights.rank;
  return missing > 0 ? tf.reshape(weights, [...weights.shape, ...Array<number>(missing).fill(1)]) : weights;
}

/** Weights of samples in the shape of the samples' values. */
export function spread(weights: Tensor, values: Tensor): Tensor {
  return tf.mul(alongside(weights, values), tf.onesLike(values));
}

/** The mean over the samples of a measure that has a value for each, weighed where there are weights. */
export function meanOf(measure: Measure): MetricDefinition {
  return {
    skipsMasked: true,
    count(yTrue, yPred, weights) {
      let values = measure(yTrue, yPred);
      if (!weights) return tf.stack([tf.sum<Scalar>(values), tf.scalar(values.size)]);
      const shares = weights.rank > values.rank ? tf.reshape(weights, values.shape) : weights;
      const inner = (from: number, of: Tensor) => Array.from({ length: of.rank - from }, (_, i) => from + i);
      if (values.rank > shares.rank) values = tf.mean(values, inner(shares.rank, values));
      const weighed = tf.mul(values, shares);
      const bySample = [weighed, shares].map((all) => (all.rank > 1 ? tf.mean(all, inner(1, all)) : all));
      return tf.stack(bySample.map((all) => tf.sum<Scalar>(all)));
    },
    result(sums) {
      const [sum, count] = tf.unstack(sums);
      return tf.divNoNan(sum!, count!);
    },
  };
}

/** The share of the variance that is explained, `1 - residual / total`: the mean over the columns. */
export const r2Score: MetricDefinition = {
  count(yTrue, yPred, weights) {
    const columns = [tf.onesLike(yTrue), yTrue, tf.square(yTrue), tf.square(tf.sub(yTrue, yPred))];
    const weighed = weights ? columns.map((values) => tf.mul(values, spread(weights, values))) : columns;
    return tf.stack(weighed.map((values) => tf.sum(values, 0)));
  },
  result(sums) {
    const [count, sum, squares, residual] = tf.unstack(sums);
    const total = tf.sub(squares!, tf.div(tf.square(sum!), count!));
    return tf.mean(tf.sub(1, tf.divNoNan(residual!, total)));
  },
};

const meanSquaredError = meanOf((yTrue, yPred) => tf.square(tf.sub(yTrue, yPred)));

export const rootMeanSquaredError: MetricDefinition = {
  count: meanSquaredError.count,
  result: (sums) => tf.sqrt(meanSquaredError.result(sums)),
};

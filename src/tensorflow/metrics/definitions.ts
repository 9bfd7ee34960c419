import type { Scalar, Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../native.js";
import type { MetricDefinition } from "./epoch-metric.js";

/** What becomes of the numbers of true and false positives and negatives; a value above one half is positive. */
function ofConfusion(result: (...counts: [Tensor, Tensor, Tensor, Tensor]) => Tensor): MetricDefinition {
  return {
    count(yTrue, yPred) {
      const [isTrue, isPositive] = [yTrue, yPred].map((values) =>
        tf.cast(tf.greater(values, 0.5), "float32"),
      );
      const [isFalse, isNegative] = [isTrue!, isPositive!].map((values) => tf.sub(1, values));
      const both = (a: Tensor, b: Tensor): Scalar => tf.sum(tf.mul(a, b));
      return tf.stack([
        both(isTrue!, isPositive!),
        both(isFalse!, isPositive!),
        both(isFalse!, isNegative!),
        both(isTrue!, isNegative!),
      ]);
    },
    result: (sums) => result(...(tf.unstack(sums) as [Tensor, Tensor, Tensor, Tensor])),
  };
}

const thresholds = 200;

/** The area under the ROC curve, by the trapezoids between 200 thresholds, as in Keras. */
const auc: MetricDefinition = {
  count(yTrue, yPred) {
    const inner = Array.from({ length: thresholds - 2 }, (_, i) => (i + 1) / (thresholds - 1));
    const levels = tf.tensor2d([-1e-7, ...inner, 1 + 1e-7], [thresholds, 1]);
    const isPositive = tf.cast(tf.greater(tf.reshape(yPred, [1, -1]), levels), "float32");
    const isTrue = tf.cast(tf.greater(tf.reshape(yTrue, [1, -1]), 0.5), "float32");
    const counted = [isTrue, tf.sub(1, isTrue)].map((values) => tf.sum(tf.mul(isPositive, values), 1));
    return tf.stack(counted);
  },
  result(sums) {
    const [trueRate, falseRate] = tf
      .unstack(sums)
      .map((positives) => tf.divNoNan(positives, tf.slice(positives, 0, 1)));
    const [higher, lower] = [0, 1].map((begin) => (rate: Tensor) => tf.slice(rate, begin, thresholds - 1));
    const widths = tf.sub(higher!(falseRate!), lower!(falseRate!));
    return tf.sum(tf.mul(widths, tf.div(tf.add(higher!(trueRate!), lower!(trueRate!)), 2)));
  },
};

/** The share of the variance that is explained, `1 - residual / total`: the mean over the columns. */
const r2Score: MetricDefinition = {
  count(yTrue, yPred) {
    const columns = [tf.onesLike(yTrue), yTrue, tf.square(yTrue), tf.square(tf.sub(yTrue, yPred))];
    return tf.stack(columns.map((values) => tf.sum(values, 0)));
  },
  result(sums) {
    const [count, sum, squares, residual] = tf.unstack(sums);
    const total = tf.sub(squares!, tf.div(tf.square(sum!), count!));
    return tf.mean(tf.sub(1, tf.divNoNan(residual!, total)));
  },
};

const rootMeanSquaredError: MetricDefinition = {
  count(yTrue, yPred) {
    const squares = tf.square(tf.sub(yTrue, yPred));
    return tf.stack([tf.sum<Scalar>(squares), tf.scalar(squares.size)]);
  },
  result(sums) {
    const [squares, count] = tf.unstack(sums);
    return tf.sqrt(tf.div(squares!, count!));
  },
};

/** Keras's metrics that count over a whole epoch, by name. https://keras.io/api/metrics/ */
export const epochMetrics: Readonly<Record<string, MetricDefinition>> = {
  precision: ofConfusion((truePositives, falsePositives) =>
    tf.divNoNan(truePositives, tf.add(truePositives, falsePositives)),
  ),
  recall: ofConfusion((truePositives, _falsePositives, _trueNegatives, falseNegatives) =>
    tf.divNoNan(truePositives, tf.add(truePositives, falseNegatives)),
  ),
  truePositives: ofConfusion((truePositives) => truePositives),
  falsePositives: ofConfusion((_truePositives, falsePositives) => falsePositives),
  trueNegatives: ofConfusion((_truePositives, _falsePositives, trueNegatives) => trueNegatives),
  falseNegatives: ofConfusion((_tp, _fp, _tn, falseNegatives) => falseNegatives),
  auc,
  r2Score,
  rootMeanSquaredError,
};

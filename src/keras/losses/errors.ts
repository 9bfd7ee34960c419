import type { Tensor } from "@tensorflow/tfjs-node";
import type { Measure } from "../metrics/epoch-metric.js";
import { tf } from "../../tfjs/native.js";

/** Keras's epsilon. */
const epsilon = 1e-7;

export const meanSquaredLogarithmicError: Measure = (yTrue, yPred) => {
  const [target, output] = [yTrue, yPred].map((values) => tf.log(tf.add(tf.maximum(values, epsilon), 1)));
  return tf.mean(tf.squaredDifference(output!, target!), -1);
};

/** Squared for errors up to `delta`, straight beyond (Huber, 1964). */
export const huber =
  ({ delta = 1 }: { delta?: number }): Measure =>
  (yTrue, yPred) => {
    const error = tf.abs(tf.sub(yPred, yTrue));
    const bounded = tf.minimum(error, delta);
    return tf.mean(tf.add(tf.mul(tf.square(bounded), 0.5), tf.mul(tf.sub(error, bounded), delta)), -1);
  };

export const logCosh: Measure = (yTrue, yPred) => {
  const error = tf.sub(yPred, yTrue);
  return tf.mean(tf.sub(tf.add(error, tf.softplus(tf.mul(error, -2))), Math.LN2), -1);
};

export const poisson: Measure = (yTrue, yPred) =>
  tf.mean(tf.sub(yPred, tf.mul(yTrue, tf.log(tf.add(yPred, epsilon)))), -1);

export const klDivergence: Measure = (yTrue, yPred) => {
  const [target, output] = [yTrue, yPred].map((values) => tf.clipByValue(values, epsilon, 1));
  return tf.sum(tf.mul(target!, tf.log(tf.div(target!, output!))), -1);
};

/** Targets of 0 and 1 stand for -1 and 1. */
function signs(yTrue: Tensor): Tensor {
  const isBinary = tf.all(tf.logicalOr(tf.equal(yTrue, 0), tf.equal(yTrue, 1)));
  return tf.where(isBinary, tf.sub(tf.mul(yTrue, 2), 1), yTrue);
}
const margins = (yTrue: Tensor, yPred: Tensor): Tensor =>
  tf.maximum(tf.sub(1, tf.mul(signs(tf.cast(yTrue, "float32")), yPred)), 0);
export const hinge: Measure = (yTrue, yPred) => tf.mean(margins(yTrue, yPred), -1);
export const squaredHinge: Measure = (yTrue, yPred) => tf.mean(tf.square(margins(yTrue, yPred)), -1);

export const categoricalHinge: Measure = (yTrue, yPred) => {
  const right = tf.sum(tf.mul(yTrue, yPred), -1);
  const wrong = tf.max(tf.mul(tf.sub(1, yTrue), yPred), -1);
  return tf.maximum(tf.add(tf.sub(wrong, right), 1), 0);
};

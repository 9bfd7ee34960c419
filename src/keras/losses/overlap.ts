import type { Measure } from "../metrics/epoch-metric.js";
import { tf } from "../../tfjs/native.js";

/** Keras's epsilon. */
const epsilon = 1e-7;

export interface OverlapOptions {
  /** The axes to sum over, all if left out. */
  axis?: number | number[];
}
export const dice =
  ({ axis }: OverlapOptions): Measure =>
  (yTrue, yPred) => {
    const both = tf.sum(tf.mul(yTrue, yPred), axis);
    const all = tf.add(tf.sum(yTrue, axis), tf.sum(yPred, axis));
    return tf.sub(1, tf.div(tf.mul(both, 2), tf.add(all, epsilon)));
  };

export interface TverskyOptions extends OverlapOptions {
  /** How much counts what is missed, 0.5 if left out. */
  alpha?: number;
  /** How much counts what is found wrongly, 0.5 if left out. */
  beta?: number;
}
/** Salehi et al., "Tversky loss function for image segmentation", 2017. */
export const tversky =
  ({ alpha = 0.5, beta = 0.5, axis }: TverskyOptions): Measure =>
  (yTrue, yPred) => {
    const both = tf.sum(tf.mul(yTrue, yPred), axis);
    const missed = tf.mul(tf.sum(tf.mul(tf.sub(1, yPred), yTrue), axis), alpha);
    const wrong = tf.mul(tf.sum(tf.mul(yPred, tf.sub(1, yTrue)), axis), beta);
    return tf.sub(1, tf.div(both, tf.add(tf.add(tf.add(both, missed), wrong), epsilon)));
  };

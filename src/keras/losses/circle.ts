import { tf } from "../../tfjs/native.js";
import type { LossDefinition } from "./loss.js";

export interface CircleOptions {
  /** The scale, 80 if left out. */
  gamma?: number;
  /** 0.4 if left out. */
  margin?: number;
  /** Whether a sample is no match of itself, `true` if left out. */
  removeDiagonal?: boolean;
}
/**
 * Of embeddings, vectors of length 1, and class numbers: those of one class are to be near each other, others not.
 * Sun et al., "Circle Loss", 2020.
 */
export const circle = ({
  gamma = 80,
  margin = 0.4,
  removeDiagonal = true,
}: CircleOptions): LossDefinition => ({
  values(yTrue, yPred) {
    const labels = tf.cast(tf.reshape(yTrue, [-1, 1]), "int32");
    const isSame = tf.equal(labels, tf.transpose(labels));
    const isItself = tf.cast(tf.eye(labels.shape[0]), "bool");
    const isPositive = removeDiagonal ? tf.logicalAnd(isSame, tf.logicalNot(isItself)) : isSame;
    const distances = tf.maximum(tf.sub(1, tf.matMul(yPred, yPred, false, true)), 0);
    const near = tf.mul(tf.add(distances, margin), tf.sub(margin, distances));
    const far = tf.mul(tf.maximum(tf.sub(1 + margin, distances), 0), tf.sub(1 - margin, distances));
    const none = tf.fill(distances.shape, -1e30);
    const ofPositive = tf.logSumExp(tf.where(isPositive, tf.mul(near, -gamma), none), 1);
    const ofNegative = tf.logSumExp(tf.where(isSame, none, tf.mul(far, gamma)), 1);
    return tf.softplus(tf.add(ofPositive, ofNegative));
  },
  ofClassNumbers: true,
  counted: (_yTrue, values) => tf.greater(values, 0),
});

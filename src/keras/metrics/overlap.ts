import type { Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { isAbove, spread } from "./definitions.js";
import type { MetricDefinition } from "./epoch-metric.js";

/** How an intersection over union is taken. */
export interface OverlapOptions {
  numClasses: number;
  /** The classes whose mean it is, all if left out. */
  targetClassIds?: number[];
}

/** Intersection over union: of two maps of class numbers, the mean over those of these classes that are there. */
export function overlap(
  { numClasses, targetClassIds }: OverlapOptions,
  [classesOfTargets, classesOfOutputs]: readonly [(values: Tensor) => Tensor, (values: Tensor) => Tensor],
): MetricDefinition {
  return {
    count(yTrue, yPred, weights) {
      const [truth, guess] = [classesOfTargets(yTrue), classesOfOutputs(yPred)];
      const oneHot = (values: Tensor) =>
        tf.cast(tf.oneHot(tf.cast(tf.reshape(values, [-1]), "int32"), numClasses), "float32");
      const counted = weights
        ? // Keras counts in integers, which cuts the weights, too.
          tf.mul(oneHot(truth), tf.floor(tf.reshape(spread(weights, truth), [-1, 1])))
        : oneHot(truth);
      return tf.matMul(counted, oneHot(guess), true);
    },
    result(sums) {
      const both = tf.sum(tf.mul(sums, tf.eye(numClasses)), 0);
      const either = tf.sub(tf.add(tf.sum(sums, 0), tf.sum(sums, 1)), both);
      const chosen = targetClassIds
        ? tf.sum(tf.oneHot(tf.tensor1d(targetClassIds, "int32"), numClasses), 0)
        : tf.ones([numClasses]);
      const isThere = tf.mul(tf.cast(chosen, "float32"), isAbove(either, 0));
      return tf.divNoNan(tf.sum(tf.mul(tf.divNoNan(both, either), isThere)), tf.sum(isThere));
    },
  };
}

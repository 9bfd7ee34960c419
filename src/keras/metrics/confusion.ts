import type { Scalar, Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import type { MetricDefinition } from "./epoch-metric.js";
import { isAbove, spread } from "./definitions.js";

/** Which outputs of which class are positive. */
export interface ConfusionOptions {
  /** A value above it is positive; 0.5, or with `topK` any, if left out. */
  thresholds?: number;
  /** Only the highest k outputs of a sample can be positive. */
  topK?: number;
  /** Only this column counts. */
  classId?: number;
}

/** So low that any output of the highest is above. */
const lowest = -1e10;

/** What becomes of the numbers of true and false positives and negatives. */
export function ofConfusion(
  result: (...counts: [Tensor, Tensor, Tensor, Tensor]) => Tensor,
  { topK, classId, thresholds = topK === undefined ? 0.5 : lowest }: ConfusionOptions = {},
): MetricDefinition {
  const column = (values: Tensor) =>
    classId === undefined ? values : tf.gather(values, tf.scalar(classId, "int32"), values.rank - 1);
  return {
    count(yTrue, yPred, weights) {
      const predicted = column(topK === undefined ? yPred : onlyHighest(yPred, topK));
      const [isTrue, isPositive] = [isAbove(column(yTrue), 0.5), isAbove(predicted, thresholds)];
      const [isFalse, isNegative] = [tf.sub(1, isTrue), tf.sub(1, isPositive)];
      const both = (a: Tensor, b: Tensor): Scalar => {
        const agreeing = tf.mul(a, b);
        return tf.sum(weights ? tf.mul(agreeing, spread(weights, agreeing)) : agreeing);
      };
      return tf.stack([
        both(isTrue, isPositive),
        both(isFalse, isPositive),
        both(isFalse, isNegative),
        both(isTrue, isNegative),
      ]);
    },
    result: (sums) => result(...(tf.unstack(sums) as [Tensor, Tensor, Tensor, Tensor])),
  };
}

/** The outputs but for all except the k highest of each sample, which become as low as can be. */
function onlyHighest(yPred: Tensor, k: number): Tensor {
  const { indices } = tf.topk(yPred, k);
  const isHighest = tf.sum(tf.oneHot(tf.cast(indices, "int32"), yPred.shape.at(-1)!), -2);
  return tf.where(tf.greater(isHighest, 0), yPred, tf.fill(yPred.shape, lowest));
}

export interface AucOptions {
  /** How many thresholds to compare with, 200 if left out. */
  numThresholds?: number;
  /** Receiver operating characteristic (if left out), or precision and recall. */
  curve?: "ROC" | "PR";
  /** How the area between two thresholds is worked out, `"interpolation"` if left out. */
  summationMethod?: "interpolation" | "majoring" | "minoring";
}

/** The area under a curve, between the thresholds, as in Keras. */
export function auc({
  numThresholds = 200,
  curve = "ROC",
  summationMethod = "interpolation",
}: AucOptions = {}): MetricDefinition {
  const higher = (values: Tensor) => tf.slice(values, 0, numThresholds - 1);
  const lower = (values: Tensor) => tf.slice(values, 1, numThresholds - 1);
  return {
    count(yTrue, yPred, weights) {
      const inner = Array.from({ length: numThresholds - 2 }, (_, i) => (i + 1) / (numThresholds - 1));
      const levels = tf.tensor2d([-1e-7, ...inner, 1 + 1e-7], [numThresholds, 1]);
      const isPositive = tf.cast(tf.greater(tf.reshape(yPred, [1, -1]), levels), "float32");
      const isTrue = isAbove(tf.reshape(yTrue, [1, -1]), 0.5);
      const shares = weights && tf.reshape(spread(weights, yTrue), [1, -1]);
      const counted = [isTrue, tf.sub(1, isTrue)].map((values) => {
        const agreeing = tf.mul(isPositive, values);
        return tf.sum(shares ? tf.mul(agreeing, shares) : agreeing, 1);
      });
      return tf.stack(counted);
    },
    result(sums) {
      const [truePositives, falsePositives] = tf.unstack(sums) as [Tensor, Tensor];
      const rate = (positives: Tensor) => tf.divNoNan(positives, tf.slice(positives, 0, 1));
      const positives = tf.add(truePositives, falsePositives);
      if (curve === "PR" && summationMethod === "interpolation") {
        // Davis and Goadrich, "The relationship between precision-recall and ROC curves", 2006.
        const found = tf.sub(higher(truePositives), lower(truePositives));
        const slope = tf.divNoNan(found, tf.sub(higher(positives), lower(positives)));
        const intercept = tf.sub(lower(truePositives), tf.mul(slope, lower(positives)));
        const isSome = tf.logicalAnd(tf.greater(higher(positives), 0), tf.greater(lower(positives), 0));
        const ratio = tf.where(
          isSome,
          tf.divNoNan(higher(positives), lower(positives)),
          tf.onesLike(higher(positives)),
        );
        const area = tf.mul(slope, tf.add(found, tf.mul(intercept, tf.log(ratio))));
        return tf.sum(tf.divNoNan(area, tf.slice(truePositives, 0, 1)));
      }
      const [x, y] =
        curve === "ROC"
          ? [rate(falsePositives), rate(truePositives)]
          : [rate(truePositives), tf.divNoNan(truePositives, positives)];
      const heights = {
        interpolation: (a: Tensor, b: Tensor) => tf.div(tf.add(a, b), 2),
        minoring: tf.minimum,
        majoring: tf.maximum,
      }[summationMethod](higher(y), lower(y));
      return tf.sum(tf.mul(tf.sub(higher(x), lower(x)), heights));
    },
  };
}

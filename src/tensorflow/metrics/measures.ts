import type { Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../native.js";
import type { Measure } from "./epoch-metric.js";

/** Whether the true class is among the k that a model thinks likeliest. */
export const topKAccuracy =
  (k: number, classNumbers: (yTrue: Tensor) => Tensor): Measure =>
  (yTrue, yPred) =>
    tf.tidy(() => {
      const { indices } = tf.topk(yPred, Math.min(k, yPred.shape.at(-1)!));
      return tf.any(tf.equal(indices, tf.expandDims(classNumbers(yTrue), -1)), -1).toFloat();
    });

/** The class of each sample: of columns, one for each class, or of class numbers. */
export const classOfColumns = (yTrue: Tensor): Tensor => tf.argMax(yTrue, -1);
export const classOfNumbers = (yTrue: Tensor): Tensor => yTrue.flatten().toInt();

/** The crossentropy of each sample with outputs that are probabilities, or, `fromLogits`, not yet. */
export function crossentropy(
  kind: "binary" | "categorical" | "sparse",
  { fromLogits = false, labelSmoothing = 0 }: { fromLogits?: boolean; labelSmoothing?: number },
): Measure {
  return (yTrue, yPred) =>
    tf.tidy(() => {
      if (kind === "binary") {
        const targets = tf.add(tf.mul(yTrue, 1 - labelSmoothing), labelSmoothing / 2);
        return tf.metrics.binaryCrossentropy(targets, fromLogits ? tf.sigmoid(yPred) : yPred);
      }
      const classes = yPred.shape.at(-1)!;
      const columns =
        kind === "sparse"
          ? tf.reshape(tf.oneHot(classOfNumbers(yTrue), classes), yPred.shape)
          : tf.add(tf.mul(yTrue, 1 - labelSmoothing), labelSmoothing / classes);
      return tf.metrics.categoricalCrossentropy(columns, fromLogits ? tf.softmax(yPred) : yPred);
    });
}

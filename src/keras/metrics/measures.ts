import type { Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
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

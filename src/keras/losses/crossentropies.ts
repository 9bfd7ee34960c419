import type { Tensor } from "@tensorflow/tfjs-node";
import type { Measure } from "../metrics/epoch-metric.js";
import { tf } from "../../tfjs/native.js";
import { crossentropies, inputOf, sigmoidCrossentropy } from "./crossentropy.js";
import type { LossDefinition } from "./loss.js";

/** Keras's epsilon. */
const epsilon = 1e-7;

export interface CrossentropyOptions {
  /** Whether the outputs come before the softmax or sigmoid. */
  fromLogits?: boolean;
  /** How much of the targets is spread over all classes, 0 if left out. */
  labelSmoothing?: number;
}

/** Moves targets by a part of the way to `middle`. */
const smoothed = (yTrue: Tensor, part: number, middle: number): Tensor =>
  part === 0 ? yTrue : tf.add(tf.mul(yTrue, 1 - part), part * middle);

const clipped = (probabilities: Tensor): Tensor => tf.clipByValue(probabilities, epsilon, 1 - epsilon);

export const categoricalCrossentropy =
  ({ fromLogits = false, labelSmoothing = 0 }: CrossentropyOptions): Measure =>
  (yTrue, yPred) => {
    const targets = smoothed(yTrue, labelSmoothing, 1 / yPred.shape.at(-1)!);
    return (
      crossentropies.categoricalCrossentropy(targets, yPred, fromLogits) ??
      tf.metrics.categoricalCrossentropy(targets, yPred)
    );
  };

export const binaryCrossentropy =
  ({ fromLogits = false, labelSmoothing = 0 }: CrossentropyOptions): Measure =>
  (yTrue, yPred) => {
    const targets = smoothed(yTrue, labelSmoothing, 0.5);
    return (
      crossentropies.binaryCrossentropy(targets, yPred, fromLogits) ??
      tf.metrics.binaryCrossentropy(targets, yPred)
    );
  };

export interface SparseOptions {
  /** Whether the outputs come before the softmax. */
  fromLogits?: boolean;
  /** The number of a class, as -1 or 255 for what has none, that does not count. */
  ignoreClass?: number;
}
export function sparseCategoricalCrossentropy({
  fromLogits = false,
  ignoreClass,
}: SparseOptions): LossDefinition {
  const values: Measure = (yTrue, yPred) => {
    const value = crossentropies.sparseCategoricalCrossentropy(yTrue, yPred, fromLogits);
    if (value) return value;
    // Unlike categoricalCrossentropy, it does not divide by the sum before the logarithm.
    return crossentropies.sparseCategoricalCrossentropy(yTrue, tf.log(clipped(yPred)), true)!;
  };
  if (ignoreClass === undefined) return { values, ofClassNumbers: true };
  const isCounted = (yTrue: Tensor) => tf.notEqual(yTrue, ignoreClass);
  return {
    values: (yTrue, yPred) => values(tf.where(isCounted(yTrue), yTrue, tf.zerosLike(yTrue)), yPred),
    counted: (yTrue, ofSteps) => tf.reshape(isCounted(yTrue), ofSteps.shape),
    ofClassNumbers: true,
  };
}

export interface BinaryFocalOptions extends CrossentropyOptions {
  /** Whether the classes 1 and 0 weigh alpha and 1 - alpha. */
  applyClassBalancing?: boolean;
  /** 0.25 if left out. */
  alpha?: number;
  /** How much less what is predicted well counts, 2 if left out. */
  gamma?: number;
}
/** Lin et al., "Focal Loss for Dense Object Detection", 2017. */
export const binaryFocalCrossentropy =
  ({
    applyClassBalancing,
    alpha = 0.25,
    gamma = 2,
    fromLogits,
    labelSmoothing = 0,
  }: BinaryFocalOptions): Measure =>
  (yTrue, yPred) => {
    const targets = smoothed(tf.cast(yTrue, "float32"), labelSmoothing, 0.5);
    const others = tf.sub(1, targets);
    const logits = fromLogits ? yPred : inputOf(yPred, "sigmoid");
    const chance = fromLogits ? tf.sigmoid(yPred) : yPred;
    const known = clipped(chance);
    const crossentropy = logits
      ? sigmoidCrossentropy(targets, logits)
      : tf.neg(tf.add(tf.mul(targets, tf.log(known)), tf.mul(others, tf.log(tf.sub(1, known)))));
    const right = tf.add(tf.mul(targets, chance), tf.mul(others, tf.sub(1, chance)));
    const focal = tf.mul(tf.pow(tf.sub(1, right), gamma), crossentropy);
    const balance = () => tf.add(tf.mul(targets, alpha), tf.mul(others, 1 - alpha));
    return tf.mean(applyClassBalancing ? tf.mul(balance(), focal) : focal, -1);
  };

export interface CategoricalFocalOptions extends CrossentropyOptions {
  /** The weight of all classes, or of each; 0.25 if left out. */
  alpha?: number | number[];
  /** How much less what is predicted well counts, 2 if left out. */
  gamma?: number;
}
export const categoricalFocalCrossentropy =
  ({ alpha = 0.25, gamma = 2, fromLogits = false, labelSmoothing = 0 }: CategoricalFocalOptions): Measure =>
  (yTrue, yPred) => {
    const targets = smoothed(yTrue, labelSmoothing, 1 / yPred.shape.at(-1)!);
    const scores = fromLogits ? tf.softmax(yPred) : yPred;
    const chances = clipped(tf.div(scores, tf.sum(scores, -1, true)));
    const weights = tf.mul(tf.pow(tf.sub(1, chances), gamma), alpha);
    return tf.sum(tf.mul(weights, tf.mul(tf.neg(targets), tf.log(chances))), -1);
  };

/** Zhang and Sabuncu, "Generalized Cross Entropy Loss", 2018. */
export const categoricalGeneralizedCrossEntropy =
  ({ q = 0.5 }: { q?: number }): Measure =>
  (yTrue, yPred) => {
    const classes = tf.cast(tf.reshape(yTrue, [-1]), "int32");
    const chosen = tf.reshape(tf.oneHot(classes, yPred.shape.at(-1)!), yPred.shape);
    return tf.div(tf.sub(1, tf.pow(tf.sum(tf.mul(yPred, chosen), -1), q)), q);
  };

import type { Measure } from "../metrics/epoch-metric.js";
import { tf } from "../../tfjs/native.js";
import { circle as circleDefinition, type CircleOptions } from "./circle.js";
import { constructorOf, type LossNames } from "./catalogue.js";
import * as crossentropies from "./crossentropies.js";
import * as errors from "./errors.js";
import * as overlap from "./overlap.js";

/*
 * The losses of Keras, https://keras.io/api/losses/, for `compile`. Each gives the mean over the batch, of steps that are
 * not masked, unless `reduction` says otherwise. Unknown arguments throw an error that names the known ones.
 */

/** A loss whose only argument is `reduction`. */
const plain = (className: string, measure: Measure, names?: LossNames) =>
  constructorOf<object>(className, [], () => measure, names);

/** The mean of the squared errors. */
export const meanSquaredError = plain(
  "MeanSquaredError",
  (yTrue, yPred) => tf.metrics.meanSquaredError(yTrue, yPred),
  { aliases: ["mse"], tfjs: "meanSquaredError" },
);
/** The mean of the errors without their signs. */
export const meanAbsoluteError = plain(
  "MeanAbsoluteError",
  (yTrue, yPred) => tf.metrics.meanAbsoluteError(yTrue, yPred),
  { aliases: ["mae"], tfjs: "meanAbsoluteError" },
);
/** The mean error in percent of the target. */
export const meanAbsolutePercentageError = plain(
  "MeanAbsolutePercentageError",
  (yTrue, yPred) => tf.metrics.meanAbsolutePercentageError(yTrue, yPred),
  { aliases: ["mape"], tfjs: "meanAbsolutePercentageError" },
);
/** The mean squared error of logarithms: what counts is by which factor a prediction is wrong. */
export const meanSquaredLogarithmicError = plain(
  "MeanSquaredLogarithmicError",
  errors.meanSquaredLogarithmicError,
  { aliases: ["msle"], tfjs: "meanSquaredLogarithmicError" },
);
/** Minus the cosine of the angle between targets and outputs: -1 where they point the same way. */
export const cosineSimilarity = plain(
  "CosineSimilarity",
  (yTrue, yPred) => tf.metrics.cosineProximity(yTrue, yPred),
  { tfjs: "cosineProximity" },
);
/**
 * Squared for errors up to `delta`, 1 if left out, and straight beyond, so that single large errors count less.
 *
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [4] })] });
 * model.compile({ optimizer: "adam", loss: losses.huber({ delta: 2 }) });
 */
export const huber = constructorOf<{ delta?: number }>("Huber", ["delta"], errors.huber);
/** The logarithm of the error's hyperbolic cosine: squared for small errors, straight for large ones. */
export const logCosh = plain("LogCosh", errors.logCosh, { tfjs: "logcosh" });
/** For counts: `yPred - yTrue * log(yPred)`. */
export const poisson = plain("Poisson", errors.poisson, { tfjs: "poisson" });
/** By how much the distribution `yPred` of each sample differs from `yTrue` (Kullback and Leibler). */
export const klDivergence = plain("KLDivergence", errors.klDivergence, {
  aliases: ["kld"],
  tfjs: "kullbackLeiblerDivergence",
});
/** For targets -1 and 1 (or 0 and 1): how far an output falls short of 1 on the right side. */
export const hinge = plain("Hinge", errors.hinge);
/** The square of `hinge`. */
export const squaredHinge = plain("SquaredHinge", errors.squaredHinge);
/** For one-hot targets: how far the right class falls short of being 1 above all others. */
export const categoricalHinge = plain("CategoricalHinge", errors.categoricalHinge, {
  tfjs: "categoricalHinge",
});

const [fromLogits, labelSmoothing] = ["fromLogits", "labelSmoothing"] as const;
/**
 * For one-hot targets, `[batch, ..., classes]`.
 *
 * @example
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 10, inputShape: [4] })] });
 * model.compile({ optimizer: "adam", loss: losses.categoricalCrossentropy({ fromLogits: true, labelSmoothing: 0.1 }) });
 */
export const categoricalCrossentropy = constructorOf<crossentropies.CrossentropyOptions>(
  "CategoricalCrossentropy",
  [fromLogits, labelSmoothing],
  crossentropies.categoricalCrossentropy,
  { tfjs: "categoricalCrossentropy" },
);
/** For outputs that each say yes (1) or no (0). */
export const binaryCrossentropy = constructorOf<crossentropies.CrossentropyOptions>(
  "BinaryCrossentropy",
  [fromLogits, labelSmoothing],
  crossentropies.binaryCrossentropy,
  { aliases: ["bce"], tfjs: "binaryCrossentropy" },
);
/** For targets that are class numbers, `[batch, ...]`, and outputs `[batch, ..., classes]`. */
export const sparseCategoricalCrossentropy = constructorOf<crossentropies.SparseOptions>(
  "SparseCategoricalCrossentropy",
  [fromLogits, "ignoreClass"],
  crossentropies.sparseCategoricalCrossentropy,
  { tfjs: "sparseCategoricalCrossentropy" },
);
/** The binary crossentropy, with less weight on what is predicted well already (Lin et al., 2017). */
export const binaryFocalCrossentropy = constructorOf<crossentropies.BinaryFocalOptions>(
  "BinaryFocalCrossentropy",
  ["applyClassBalancing", "alpha", "gamma", fromLogits, labelSmoothing],
  crossentropies.binaryFocalCrossentropy,
);
/** The categorical crossentropy, with less weight on what is predicted well already (Lin et al., 2017). */
export const categoricalFocalCrossentropy = constructorOf<crossentropies.CategoricalFocalOptions>(
  "CategoricalFocalCrossentropy",
  ["alpha", "gamma", fromLogits, labelSmoothing],
  crossentropies.categoricalFocalCrossentropy,
);
/** For class numbers of which some are wrong: between crossentropy (`q` near 0) and mean absolute error (1); 0.5 if left out. */
export const categoricalGeneralizedCrossEntropy = constructorOf<{ q?: number }>(
  "CategoricalGeneralizedCrossEntropy",
  ["q"],
  (options) => ({
    values: crossentropies.categoricalGeneralizedCrossEntropy(options),
    ofClassNumbers: true,
  }),
);

/** For masks of pictures: 1 minus twice the overlap over both sizes. `axis`: what is counted as one mask; all if left out. */
export const dice = constructorOf<overlap.OverlapOptions>("Dice", ["axis"], overlap.dice);
/** As `dice`, with weights `alpha` for what is missed and `beta` for what is found wrongly, 0.5 each if left out. */
export const tversky = constructorOf<overlap.TverskyOptions>(
  "Tversky",
  ["alpha", "beta", "axis"],
  overlap.tversky,
);
/** Of embeddings, vectors of length 1, `[batch, size]`, and class numbers: one class near each other, others not (Sun et al., 2020). */
export const circle = constructorOf<CircleOptions>(
  "Circle",
  ["gamma", "margin", "removeDiagonal"],
  circleDefinition,
);

import { expectArguments } from "../fit/argument-names.js";
import { nameOfClass } from "../metrics/metric.js";
import type { Measure } from "../metrics/epoch-metric.js";
import { tf } from "../native.js";
import { circle as circleDefinition, type CircleOptions } from "./circle.js";
import * as crossentropies from "./crossentropies.js";
import * as errors from "./errors.js";
import { Loss, type LossDefinition } from "./loss.js";
import * as overlap from "./overlap.js";
import { reductions, type Reduction } from "./reduction.js";

/** What every loss takes. */
interface Reduced {
  /** How the losses of samples become one number, `"sumOverBatchSize"`, their mean, if left out. */
  reduction?: Reduction;
}

const byClass = new Map<string, { names: string[]; make: (options: Reduced) => Loss }>();

function constructorOf<Options extends object>(
  className: string,
  names: (keyof Options & string)[],
  define: (options: Options) => Measure | LossDefinition,
): (options?: Options & Reduced) => Loss {
  const name = nameOfClass(className);
  const make = (options: Options & Reduced = {} as Options): Loss => {
    expectArguments(`losses.${name}`, options, [...names, "reduction"]);
    const { reduction = "sumOverBatchSize", ...settings } = options;
    if (!reductions.includes(reduction)) {
      throw new TypeError(
        `losses.${name}: reduction is ${JSON.stringify(reduction)}. Expected one of ${reductions.join(", ")}.`,
      );
    }
    const made = define(settings as unknown as Options);
    const definition = typeof made === "function" ? { values: made } : made;
    return new Loss(className, name, settings, definition, reduction);
  };
  byClass.set(className, { names, make: make as (options: Reduced) => Loss });
  return make;
}

/** The loss of one of Keras's classes; undefined if that, or one of the arguments, is none of ours. */
export function lossOfClass(className: string, options: Record<string, unknown>): Loss | undefined {
  const known = byClass.get(className);
  const isKnown = ([name, value]: [string, unknown]) =>
    name === "reduction" ? reductions.includes(value as Reduction) : known!.names.includes(name);
  return known && Object.entries(options).every(isKnown) ? known.make(options) : undefined;
}

/** A loss whose only argument is `reduction`. https://keras.io/api/losses/ */
const plain = (className: string, measure: Measure) => constructorOf<object>(className, [], () => measure);

export const meanSquaredError = plain("MeanSquaredError", (yTrue, yPred) =>
  tf.metrics.meanSquaredError(yTrue, yPred),
);
export const meanAbsoluteError = plain("MeanAbsoluteError", (yTrue, yPred) =>
  tf.metrics.meanAbsoluteError(yTrue, yPred),
);
export const meanAbsolutePercentageError = plain("MeanAbsolutePercentageError", (yTrue, yPred) =>
  tf.metrics.meanAbsolutePercentageError(yTrue, yPred),
);
export const meanSquaredLogarithmicError = plain(
  "MeanSquaredLogarithmicError",
  errors.meanSquaredLogarithmicError,
);
export const cosineSimilarity = plain("CosineSimilarity", (yTrue, yPred) =>
  tf.metrics.cosineProximity(yTrue, yPred),
);
export const huber = constructorOf<{ delta?: number }>("Huber", ["delta"], errors.huber);
export const logCosh = plain("LogCosh", errors.logCosh);
export const poisson = plain("Poisson", errors.poisson);
export const klDivergence = plain("KLDivergence", errors.klDivergence);
export const hinge = plain("Hinge", errors.hinge);
export const squaredHinge = plain("SquaredHinge", errors.squaredHinge);
export const categoricalHinge = plain("CategoricalHinge", errors.categoricalHinge);

const [fromLogits, labelSmoothing] = ["fromLogits", "labelSmoothing"] as const;
export const categoricalCrossentropy = constructorOf<crossentropies.CrossentropyOptions>(
  "CategoricalCrossentropy",
  [fromLogits, labelSmoothing],
  crossentropies.categoricalCrossentropy,
);
export const binaryCrossentropy = constructorOf<crossentropies.CrossentropyOptions>(
  "BinaryCrossentropy",
  [fromLogits, labelSmoothing],
  crossentropies.binaryCrossentropy,
);
export const sparseCategoricalCrossentropy = constructorOf<crossentropies.SparseOptions>(
  "SparseCategoricalCrossentropy",
  [fromLogits, "ignoreClass"],
  crossentropies.sparseCategoricalCrossentropy,
);
export const binaryFocalCrossentropy = constructorOf<crossentropies.BinaryFocalOptions>(
  "BinaryFocalCrossentropy",
  ["applyClassBalancing", "alpha", "gamma", fromLogits, labelSmoothing],
  crossentropies.binaryFocalCrossentropy,
);
export const categoricalFocalCrossentropy = constructorOf<crossentropies.CategoricalFocalOptions>(
  "CategoricalFocalCrossentropy",
  ["alpha", "gamma", fromLogits, labelSmoothing],
  crossentropies.categoricalFocalCrossentropy,
);
export const categoricalGeneralizedCrossEntropy = constructorOf<{ q?: number }>(
  "CategoricalGeneralizedCrossEntropy",
  ["q"],
  crossentropies.categoricalGeneralizedCrossEntropy,
);

export const dice = constructorOf<overlap.OverlapOptions>("Dice", ["axis"], overlap.dice);
export const tversky = constructorOf<overlap.TverskyOptions>(
  "Tversky",
  ["alpha", "beta", "axis"],
  overlap.tversky,
);
export const circle = constructorOf<CircleOptions>(
  "Circle",
  ["gamma", "margin", "removeDiagonal"],
  circleDefinition,
);

import type { Tensor } from "@tensorflow/tfjs-node";
import { expectArguments } from "../model/argument-names.js";
import * as crossentropies from "../losses/crossentropies.js";
import { tf } from "../../tfjs/native.js";
import { auc as aucDefinition, ofConfusion, type AucOptions, type ConfusionOptions } from "./confusion.js";
import { isAbove, meanOf, r2Score as r2Definition, rootMeanSquaredError as rmse } from "./definitions.js";
import type { MetricDefinition } from "./epoch-metric.js";
import { fBeta, type FBetaOptions } from "./f-beta.js";
import { classOfColumns, classOfNumbers, topKAccuracy } from "./measures.js";
import { Metric, nameOfClass } from "./metric.js";
import { overlap, type OverlapOptions } from "./overlap.js";

/** What every metric takes. */
interface Named {
  /** Its name in the logs. */
  name?: string;
}

type Arguments<Options> = (keyof Options & string)[];
type Made<Options> =
  Partial<Options> extends Options
    ? (options?: Options & Named) => Metric
    : (options: Options & Named) => Metric;

const byClass = new Map<string, { names: string[]; make: (options: Named) => Metric }>();

function constructorOf<Options extends object>(
  className: string,
  names: Arguments<Options>,
  define: (options: Options) => MetricDefinition,
): Made<Options> {
  const make = ({ name = nameOfClass(className), ...options }: Options & Named = {} as Options): Metric => {
    const method = `metrics.${nameOfClass(className)}`;
    expectArguments(method, options, [...names, "name"]);
    for (const [argument, value] of Object.entries(options)) {
      if (!Array.isArray(value) || argument === "targetClassIds") continue;
      throw new TypeError(`${method}: a list of ${argument} gives several numbers, expected one.`);
    }
    return new Metric(className, name, options, define(options as unknown as Options));
  };
  byClass.set(className, { names, make: make as (options: Named) => Metric });
  return make;
}

/** The metric of one of Keras's classes; undefined if that, or one of the arguments, is none of ours. */
export function metricOfClass(className: string, options: Record<string, unknown>): Metric | undefined {
  const known = byClass.get(className);
  return known && Object.keys(options).every((name) => name === "name" || known.names.includes(name))
    ? known.make(options)
    : undefined;
}

const confusion = (className: string, result: Parameters<typeof ofConfusion>[0]) =>
  constructorOf<ConfusionOptions>(className, ["thresholds", "topK", "classId"], (options) =>
    ofConfusion(result, options),
  );
const share = (part: Tensor, rest: Tensor): Tensor => tf.divNoNan(part, tf.add(part, rest));

/** The share of what is called positive that is. https://keras.io/api/metrics/classification_metrics/ */
export const precision = confusion("Precision", (found, wrong) => share(found, wrong));
/** The share of the positive that is called so. */
export const recall = confusion("Recall", (found, _wrong, _rejected, missed) => share(found, missed));
export const truePositives = confusion("TruePositives", (found) => found);
export const falsePositives = confusion("FalsePositives", (_found, wrong) => wrong);
export const trueNegatives = confusion("TrueNegatives", (_found, _wrong, rejected) => rejected);
export const falseNegatives = confusion("FalseNegatives", (_found, _wrong, _rejected, missed) => missed);

/** The area under the curve of all thresholds. */
export const auc = constructorOf<AucOptions>(
  "AUC",
  ["numThresholds", "curve", "summationMethod"],
  aucDefinition,
);

interface TopK {
  /** How many classes to look at, 5 if left out. */
  k?: number;
}
/** Whether the true class, given by columns, is among the k likeliest. */
export const topKCategoricalAccuracy = constructorOf<TopK>("TopKCategoricalAccuracy", ["k"], ({ k = 5 }) =>
  meanOf(topKAccuracy(k, classOfColumns)),
);
/** Whether the true class, given by its number, is among the k likeliest. */
export const sparseTopKCategoricalAccuracy = constructorOf<TopK>(
  "SparseTopKCategoricalAccuracy",
  ["k"],
  ({ k = 5 }) => meanOf(topKAccuracy(k, classOfNumbers)),
);
/** How often an output is on the target's side of the threshold, 0.5 if left out. */
export const binaryAccuracy = constructorOf<{ threshold?: number }>(
  "BinaryAccuracy",
  ["threshold"],
  ({ threshold = 0.5 }) =>
    meanOf((yTrue, yPred) => tf.mean(tf.cast(tf.equal(yTrue, isAbove(yPred, threshold)), "float32"), -1)),
);

export const binaryCrossentropy = constructorOf<crossentropies.CrossentropyOptions>(
  "BinaryCrossentropy",
  ["fromLogits", "labelSmoothing"],
  (options) => meanOf(crossentropies.binaryCrossentropy(options)),
);
export const categoricalCrossentropy = constructorOf<crossentropies.CrossentropyOptions>(
  "CategoricalCrossentropy",
  ["fromLogits", "labelSmoothing"],
  (options) => meanOf(crossentropies.categoricalCrossentropy(options)),
);
export const sparseCategoricalCrossentropy = constructorOf<
  Pick<crossentropies.CrossentropyOptions, "fromLogits">
>("SparseCategoricalCrossentropy", ["fromLogits"], (options) =>
  meanOf(crossentropies.sparseCategoricalCrossentropy(options).values),
);

/** How the score of several classes becomes one number. */
interface FScoreOptions {
  average: FBetaOptions["average"];
  threshold?: number;
}
/** The harmonic mean of precision and recall. */
export const f1Score = constructorOf<FScoreOptions>("F1Score", ["average", "threshold"], (options) =>
  fBeta(expectAverage(options)),
);
export const fBetaScore = constructorOf<FBetaOptions>(
  "FBetaScore",
  ["average", "beta", "threshold"],
  (options) => fBeta(expectAverage(options)),
);

function expectAverage<Options extends { average: string }>(options: Options): Options {
  if (["micro", "macro", "weighted"].includes(options.average)) return options;
  throw new TypeError(
    `metrics.f1Score: average is ${options.average}, which gives a number for each class. ` +
      'Expected "micro", "macro" or "weighted".',
  );
}

const asTheyAre = [(values: Tensor) => values, (values: Tensor) => values] as const;
const ofColumns = [classOfColumns, classOfColumns] as const;

/** The mean intersection over union of maps of class numbers. https://keras.io/api/metrics/segmentation_metrics/ */
export const meanIoU = constructorOf<{ numClasses: number }>("MeanIoU", ["numClasses"], (options) =>
  overlap(options, asTheyAre),
);
/** The same of some classes only. */
export const ioU = constructorOf<Required<OverlapOptions>>(
  "IoU",
  ["numClasses", "targetClassIds"],
  (options) => overlap(options, asTheyAre),
);
/** The same of targets and outputs with a column for each class. */
export const oneHotMeanIoU = constructorOf<{ numClasses: number }>(
  "OneHotMeanIoU",
  ["numClasses"],
  (options) => overlap(options, ofColumns),
);
export const oneHotIoU = constructorOf<Required<OverlapOptions>>(
  "OneHotIoU",
  ["numClasses", "targetClassIds"],
  (options) => overlap(options, ofColumns),
);
/** The same of two classes, of which outputs of the threshold, 0.5 if left out, or more are the second. */
export const binaryIoU = constructorOf<{ targetClassIds?: number[]; threshold?: number }>(
  "BinaryIoU",
  ["targetClassIds", "threshold"],
  ({ threshold = 0.5, targetClassIds = [0, 1] }) =>
    overlap({ numClasses: 2, targetClassIds }, [
      (yTrue) => yTrue,
      (yPred) => tf.cast(tf.greaterEqual(yPred, threshold), "float32"),
    ]),
);

export const r2Score = constructorOf<object>("R2Score", [], () => r2Definition);
export const rootMeanSquaredError = constructorOf<object>("RootMeanSquaredError", [], () => rmse);

/** Keras's metrics that count over a whole epoch, by the name for `compile`. */
export const epochMetrics: Readonly<Record<string, MetricDefinition>> = Object.fromEntries(
  [
    precision(),
    recall(),
    truePositives(),
    falsePositives(),
    trueNegatives(),
    falseNegatives(),
    auc(),
    binaryIoU(),
    r2Score(),
    rootMeanSquaredError(),
  ].map(({ name, definition }) => [name, definition]),
);

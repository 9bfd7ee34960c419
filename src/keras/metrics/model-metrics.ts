import type { Measure, OpenModel } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { epochMetrics } from "./constructors.js";
import { meanOf } from "./definitions.js";
import { EpochMetric, isEpochMeasure, isWeighted } from "./epoch-metric.js";
import { Metric } from "./metric.js";

type GivenMetric = string | Measure | Metric;
/** What `compile` takes: metrics of all outputs, or of each, in lists or by name. */
export type Metrics =
  GivenMetric | (GivenMetric | GivenMetric[])[] | Record<string, GivenMetric | GivenMetric[]>;

const Masking = tf.layers.masking().constructor as new () => object;

/**
 * The metrics of a model. Precision, recall and AUC of an epoch are in TensorFlow.js, where it has them, the means of its
 * batches, which is another number (https://github.com/tensorflow/tfjs/issues/1990). Here they are counted over the epoch, or
 * the evaluation, as in Keras.
 */
export class ModelMetrics {
  /** Those that count over an epoch. */
  readonly #counted: EpochMetric[] = [];
  readonly #plain: Record<string, (string | Measure)[]>;
  readonly #weighed: Record<string, (string | Measure)[]>;

  constructor(
    metrics: Metrics | null | undefined,
    weightedMetrics: Metrics | null | undefined,
    outputNames: string[],
  ) {
    this.#plain = byOutput(metrics, outputNames, false, this.#counted);
    this.#weighed = byOutput(weightedMetrics, outputNames, true, this.#counted);
  }

  /** All of them, by output, as TensorFlow.js's `compile` takes them: names and functions. */
  get byOutput(): Record<string, (string | Measure)[]> {
    const entries = Object.entries(this.#plain);
    return Object.fromEntries(entries.map(([name, own]) => [name, [...own, ...this.#weighed[name]!]]));
  }

  /** Puts weights and masks into what TensorFlow.js's `compile` has made of them. */
  apply(model: OpenModel): void {
    if (Object.values(this.#weighed).some(({ length }) => length > 0))
      weighMetrics(model, (name) => this.#weighed[name]!.length, this.#counted);
    if (model.layers.some(makesMasks)) takeMasks(model, this.#counted);
  }

  /** Begins anew, for an epoch or an evaluation. */
  reset(): void {
    for (const metric of this.#counted) metric.reset();
  }

  dispose(): void {
    for (const metric of this.#counted) metric.dispose();
  }
}

/** Which of a model's losses and metrics count over an epoch, in the order of its `metricsNames`. */
export function epochMeasures({ metricsTensors }: OpenModel): boolean[] {
  return [false, ...metricsTensors.map(([measure]) => isEpochMeasure(measure))];
}

/**
 * The metrics of each output. Those that count over an epoch are made anew for it, and collected in `made`. A list in lists
 * has the metrics of each output, as in Keras; a flat one, as in TensorFlow.js, those of all.
 */
function byOutput(
  given: Metrics | null | undefined,
  outputNames: string[],
  isWeighed: boolean,
  made: EpochMetric[],
): Record<string, (string | Measure)[]> {
  const make = (metric: GivenMetric): string | Measure => {
    const definition =
      metric instanceof Metric ? metric.definition
      : typeof metric === "string" && Object.hasOwn(epochMetrics, metric) ? epochMetrics[metric]
      : undefined; // prettier-ignore
    if (!definition) return metric as string | Measure;
    const counted = new EpochMetric(
      metric instanceof Metric ? metric.name : (metric as string),
      definition,
      isWeighed,
    );
    made.push(counted);
    return counted.measure;
  };
  const listOf = (name: string, i: number): GivenMetric[] => {
    if (given == null) return [];
    if (typeof given !== "object" || given instanceof Metric) return [given];
    if (!Array.isArray(given)) return [given[name] ?? []].flat();
    return outputNames.length > 1 && given.some(Array.isArray) ? [given[i] ?? []].flat() : given.flat();
  };
  return Object.fromEntries(outputNames.map((name, i) => [name, listOf(name, i).map(make)]));
}

/**
 * Turns the last metrics of each output, as many as `count` says, into weighed ones. In the logs they come after the others;
 * one that has the name of another is called `weighted_`, as in Keras.
 */
function weighMetrics(model: OpenModel, count: (output: string) => number, made: EpochMetric[]): void {
  const { metricsTensors, metricsNames, outputNames } = model;
  const losses = outputNames.length > 1 ? outputNames.length : 0;
  const entries = metricsTensors.map(([measure, output], i) => ({
    measure,
    output,
    name: metricsNames[i + 1]!,
  }));
  const isWeighed = ({ output }: (typeof entries)[number], i: number) => {
    const after = entries.slice(i + 1).filter((other) => other.output === output).length;
    return i >= losses && after < count(outputNames[output]!);
  };
  const [plain, weighed] = [false, true].map((wanted) =>
    entries.filter((entry, i) => isWeighed(entry, i) === wanted),
  );
  const taken = new Set(plain!.map(({ name }) => name));
  for (const entry of weighed!) {
    if (taken.has(entry.name)) {
      const prefix = outputNames.length > 1 ? `${outputNames[entry.output]}_` : "";
      entry.name = `${prefix}weighted_${entry.name.slice(prefix.length)}`;
    }
    if (isWeighted(entry.measure)) continue;
    const metric = new EpochMetric(`weighted_${entry.measure.name}`, meanOf(entry.measure), true);
    made.push(metric);
    entry.measure = metric.measure;
  }
  const all = [...plain!, ...weighed!];
  model.metricsTensors = all.map(({ measure, output }) => [measure, output]);
  model.metricsNames = [metricsNames[0]!, ...all.map(({ name }) => name)];
}

/** Whether an Embedding or Masking is in it. */
function makesMasks(layer: object): boolean {
  const {
    maskZero,
    layers = [],
    layer: wrapped,
  } = layer as { maskZero?: boolean; layers?: object[]; layer?: object };
  return maskZero === true || layer instanceof Masking || [...layers, wrapped ?? []].flat().some(makesMasks);
}

/** Counts metrics that are means over the steps of an epoch, of which each batch has another number. */
function takeMasks(model: OpenModel, made: EpochMetric[]): void {
  const losses = model.outputNames.length > 1 ? model.outputNames.length : 0;
  model.metricsTensors = model.metricsTensors.map(([measure, output], i) => {
    if (i < losses || isEpochMeasure(measure)) return [measure, output];
    const metric = new EpochMetric(measure.name, meanOf(measure));
    made.push(metric);
    return [metric.measure, output];
  });
}

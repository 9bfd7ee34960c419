import type { LayersModel, ModelCompileArgs } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { epochMetrics } from "./constructors.js";
import { meanOf } from "./definitions.js";
import { EpochMetric, isEpochMeasure, isWeighted, type Measure } from "./epoch-metric.js";
import { Metric } from "./metric.js";

type GivenMetric = string | Measure | Metric;
type Metrics = GivenMetric | (GivenMetric | GivenMetric[])[] | Record<string, GivenMetric | GivenMetric[]>;
type CompileArguments = Omit<ModelCompileArgs, "metrics"> & { metrics?: Metrics; weightedMetrics?: Metrics };

interface OpenModel extends Omit<LayersModel, "metrics" | "compile"> {
  metrics: Metrics | undefined;
  weightedMetrics: Metrics | undefined;
  metricsTensors: [Measure, number][];
  compile(args: CompileArguments): void;
  getDedupedMetricsNames(): string[];
}

const Masking = tf.layers.masking().constructor as new () => object;
const metricsOf = new WeakMap<OpenModel, EpochMetric[]>();

/**
 * Precision, recall and AUC of an epoch are in TensorFlow.js, where it has them, the means of its batches, which is another
 * number (https://github.com/tensorflow/tfjs/issues/1990). Here they are counted over the epoch, or the evaluation, as in
 * Keras.
 */
export function useEpochMetrics(): void {
  const model = tf.LayersModel.prototype as unknown as OpenModel;
  const { compile, dispose } = model;

  model.compile = function (args) {
    disposeMetrics(this);
    const made: EpochMetric[] = [];
    const { metrics, weightedMetrics } = args;
    const [plain, weighed] = [metrics, weightedMetrics].map((given, i) =>
      byOutput(given, this.outputNames, i === 1, made),
    );
    const all = Object.fromEntries(
      this.outputNames.map((name) => [name, [...plain![name]!, ...weighed![name]!]]),
    );
    compile.call(this, made.length > 0 || weightedMetrics ? { ...args, metrics: all } : args);
    if (weightedMetrics) weighMetrics(this, (name) => weighed![name]!.length, made);
    if (this.layers.some(makesMasks)) takeMasks(this, made);
    metricsOf.set(this, made);
    this.metrics = metrics;
    this.weightedMetrics = weightedMetrics;
  };
  model.dispose = function () {
    const result = dispose.call(this);
    if (result.refCountAfterDispose === 0) disposeMetrics(this);
    return result;
  };
  // It compiles a new model inside of it each time.
  const sequential = tf.Sequential.prototype as unknown as OpenModel;
  const { compile: compileSequential } = sequential;
  sequential.compile = function (args) {
    disposeMetrics(this);
    compileSequential.call(this, args);
  };
}

/** Begins the metrics of a model anew, for an epoch or an evaluation. */
export function resetMetrics(model: object): void {
  for (const metric of metricsOf.get(model as OpenModel) ?? []) metric.reset();
}

/** Which of a model's losses and metrics count over an epoch, in the order of its `metricsNames`. */
export function epochMeasures(model: object): boolean[] {
  const measures = new Set(metricsOf.get(model as OpenModel)?.map(({ measure }) => measure));
  return [false, ...(model as OpenModel).metricsTensors.map(([measure]) => measures.has(measure))];
}

function disposeMetrics(outer: OpenModel): void {
  // A sequential model leaves its training to a model inside of it.
  const { model = outer } = outer as { model?: OpenModel };
  for (const metric of metricsOf.get(model) ?? []) metric.dispose();
  metricsOf.delete(model);
}

/**
 * The metrics of each output. Those that count over an epoch are made anew for it, and collected in `made`. A list in lists
 * has the metrics of each output, as in Keras; a flat one, as in TensorFlow.js, those of all.
 */
function byOutput(
  given: Metrics | undefined,
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

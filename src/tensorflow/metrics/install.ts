import type { LayersModel, Logs, ModelCompileArgs } from "@tensorflow/tfjs-node";
import type { AveragingCallback } from "../fit/progress-callback.js";
import { tf } from "../native.js";
import { epochMetrics } from "./definitions.js";
import { EpochMetric, type Measure } from "./epoch-metric.js";

type Metrics = ModelCompileArgs["metrics"];
type MetricList = (string | Measure)[];

interface OpenModel extends Omit<LayersModel, "metrics"> {
  metrics: Metrics;
  metricsTensors: [Measure, number][];
  getDedupedMetricsNames(): string[];
}

const metricsOf = new WeakMap<OpenModel, EpochMetric[]>();

/**
 * Precision, recall and AUC of an epoch are in TensorFlow.js, where it has them, the means of its batches, which is another
 * number (https://github.com/tensorflow/tfjs/issues/1990). Here they are counted over the epoch, or the evaluation, as in
 * Keras.
 */
export function useEpochMetrics(): void {
  const model = tf.LayersModel.prototype as unknown as OpenModel;
  const { compile, dispose, evaluateDataset, trainOnBatch } = model;

  model.compile = function (args) {
    disposeMetrics(this);
    const made: EpochMetric[] = [];
    const metrics = byOutput(args.metrics, this.outputNames, made);
    compile.call(this, made.length > 0 ? { ...args, metrics: metrics as never } : args);
    metricsOf.set(this, made);
    this.metrics = args.metrics;
  };
  model.dispose = function () {
    const result = dispose.call(this);
    if (result.refCountAfterDispose === 0) disposeMetrics(this);
    return result;
  };
  // It compiles a new model inside of it each time.
  const sequential = tf.Sequential.prototype;
  const { compile: compileSequential } = sequential;
  sequential.compile = function (args) {
    disposeMetrics(this as unknown as OpenModel);
    compileSequential.call(this, args);
  };

  model.evaluateDataset = function (...args) {
    resetMetrics(this);
    return evaluateDataset.apply(this, args);
  };
  model.trainOnBatch = function (...args) {
    resetMetrics(this);
    return trainOnBatch.apply(this, args);
  };
}

/** Begins the metrics of a model anew, for an epoch or an evaluation. */
export function resetMetrics(model: object): void {
  for (const metric of metricsOf.get(model as OpenModel) ?? []) metric.reset();
}

/** Names, in logs, of the metrics that count over an epoch. */
export function epochMetricNames(model: object): Set<string> {
  const { metricsTensors } = model as OpenModel;
  const measures = new Set(metricsOf.get(model as OpenModel)?.map(({ measure }) => measure));
  if (measures.size === 0) return new Set();
  const names = (model as OpenModel).getDedupedMetricsNames().slice(1);
  return new Set(names.filter((_, i) => measures.has(metricsTensors[i]![0])));
}

/** Puts the values over the epoch so far into the logs of a batch, of the metrics for which a batch alone has none. */
export function showRunningMetrics(model: object, { seen, totals }: AveragingCallback, logs: Logs): void {
  for (const name of epochMetricNames(model)) {
    if (!(name in totals)) continue;
    const total = totals[name]!;
    tf.dispose([logs[name]]);
    Object.assign(logs, { [name]: typeof total === "number" ? total / seen : tf.div(total, seen) });
  }
}

function disposeMetrics(outer: OpenModel): void {
  // A sequential model leaves its training to a model inside of it.
  const { model = outer } = outer as { model?: OpenModel };
  for (const metric of metricsOf.get(model) ?? []) metric.dispose();
  metricsOf.delete(model);
}

/** The metrics of each output, those by name that count over an epoch made anew for it, and collected in `made`. */
function byOutput(given: Metrics, outputNames: string[], made: EpochMetric[]): Record<string, MetricList> {
  const make = (metric: string | Measure): string | Measure => {
    if (typeof metric !== "string" || !Object.hasOwn(epochMetrics, metric)) return metric;
    const counted = new EpochMetric(metric, epochMetrics[metric]!);
    made.push(counted);
    return counted.measure;
  };
  const isForAll = given == null || typeof given !== "object" || Array.isArray(given);
  const listOf = (name: string) => (isForAll ? given : (given as Record<string, Metrics>)[name]) ?? [];
  return Object.fromEntries(
    outputNames.map((name) => [name, ([listOf(name)].flat() as MetricList).map(make)]),
  );
}

import type { Logs, Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { kerasMetricName } from "./metric-names.js";
import { openProgress, type ShowProgress } from "../../host/progress-sink.js";
import { barLines, epochLine, type EpochProgress } from "./progress-text.js";

/** TensorFlow.js's own first callback, which sums up the metrics of an epoch's batches. */
export interface AveragingCallback {
  seen: number;
  totals: Record<string, number | Tensor>;
}

/** What `fit` tells its callbacks; `samples` and `batchSize` from `fit`, `steps` from `fitDataset`. */
export interface FitParams {
  verbose: number;
  epochs: number;
  samples?: number | null;
  batchSize?: number | null;
  steps?: number | null;
  metrics: string[];
}

/** Drawing costs time in the front end too: at most ten texts, and about a megabyte, a second. */
const intervalMs = (text: string) => Math.max(100, text.length / 1000);

/** Shows Keras's progress bar (`verbose` 1) or a line per epoch (2). */
export class ProgressCallback extends tf.Callback {
  #show: ShowProgress = () => {};
  #finishedEpochs = "";
  #lastDrawn = 0;
  #intervalMs = 0;
  #epoch = 0;
  #epochStart = 0;
  #stepsDone = 0;
  #steps: number | undefined;

  constructor(
    private readonly fit: FitParams,
    private readonly averaging: AveragingCallback,
  ) {
    super();
    const { steps, samples, batchSize } = fit;
    this.#steps = steps ?? (samples && batchSize ? Math.ceil(samples / batchSize) : undefined);
  }

  override async onTrainBegin(): Promise<void> {
    this.#show = openProgress();
  }

  override async onEpochBegin(epoch: number): Promise<void> {
    this.#epoch = epoch + 1;
    this.#stepsDone = 0;
    this.#epochStart = performance.now();
  }

  override async onBatchEnd(batch: number): Promise<void> {
    this.#stepsDone = batch + 1;
    if (this.fit.verbose === 2 || performance.now() - this.#lastDrawn < this.#intervalMs) return;
    const { seen, totals } = this.averaging;
    const averages = this.fit.metrics
      .filter((name) => name in totals)
      .map((name) => [name, valueOf(totals[name]!) / seen] as const);
    this.#draw(this.#finishedEpochs + barLines(this.#progress(averages, false)));
  }

  override async onEpochEnd(_epoch: number, logs: Logs = {}): Promise<void> {
    const metrics = this.fit.metrics
      .filter((name) => name in logs)
      .map((name) => [name, resolve(logs, name)] as const);
    const progress = this.#progress(metrics, true);
    this.#finishedEpochs += this.fit.verbose === 2 ? epochLine(progress) : barLines(progress);
    const text = this.#finishedEpochs;
    this.#finishedEpochs += "\n";
    this.#steps ??= this.#stepsDone;
    if (performance.now() - this.#lastDrawn >= this.#intervalMs) this.#draw(text);
  }

  override async onTrainEnd(): Promise<void> {
    this.#show(this.#finishedEpochs.trimEnd(), true);
  }

  #draw(text: string): void {
    this.#show(text, false);
    this.#lastDrawn = performance.now();
    this.#intervalMs = intervalMs(text);
  }

  #progress(values: (readonly [string, number])[], finished: boolean): EpochProgress {
    return {
      epoch: this.#epoch,
      epochs: this.fit.epochs,
      stepsDone: this.#stepsDone,
      steps: this.#steps,
      elapsedMs: performance.now() - this.#epochStart,
      finished,
      metrics: Object.fromEntries(values.map(([name, value]) => [kerasMetricName(name), value])),
    };
  }
}

function valueOf(value: number | Tensor): number {
  return typeof value === "number" ? value : value.dataSync()[0]!;
}

/** Reads an entry of the logs once for all: those after us, the history too, find the number. */
function resolve(logs: Record<string, number | Tensor>, name: string): number {
  const entry = logs[name]!;
  const value = valueOf(entry);
  for (const alias of [name, kerasMetricName(name)]) logs[alias] = value;
  if (typeof entry !== "number") entry.dispose();
  return value;
}

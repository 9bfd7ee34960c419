import type { Logs } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";

/** The place of TensorFlow.js's first callback, which averages the metrics of an epoch's batches, for a loop that does so. */
export class EpochAverages extends tf.Callback {
  /** Samples so far. */
  seen = 0;
  /** By the metric's name: sum over the samples. */
  totals: Record<string, number> = {};

  restart(): void {
    this.seen = 0;
    this.totals = {};
  }

  add(metric: string, total: number): void {
    this.totals[metric] = (this.totals[metric] ?? 0) + total;
  }

  override async onEpochEnd(_epoch: number, logs: Logs = {}): Promise<void> {
    for (const [metric, total] of Object.entries(this.totals)) logs[metric] = total / this.seen;
  }
}

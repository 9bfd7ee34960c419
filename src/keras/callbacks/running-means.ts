import type { LayersModel, Logs } from "@tensorflow/tfjs-node";
import { kerasMetricName } from "../model/metric-names.js";
import { epochMeasures } from "../metrics/model-metrics.js";
import { openModel } from "../../tfjs/internals.js";
import { valueOf } from "./monitor.js";

/** The means of an epoch so far, which are Keras's logs of a batch. */
export class RunningMeans {
  #samples = 0;
  #sums = new Map<string, number>();

  restart(): void {
    this.#samples = 0;
    this.#sums.clear();
  }

  /** The means with one batch more. */
  add(model: LayersModel, logs: Logs): Map<string, number> {
    const { size = 1 } = logs;
    this.#samples += size;
    const open = openModel(model);
    const isCounted = epochMeasures(open);
    const names = open.getDedupedMetricsNames().map(kerasMetricName);
    const counted = new Set(names.filter((_, i) => isCounted[i]));
    const means = new Map<string, number>();
    for (const [name, value] of valuesIn(logs)) {
      this.#sums.set(name, (this.#sums.get(name) ?? 0) + value * size);
      means.set(name, counted.has(name) ? value : this.#sums.get(name)! / this.#samples);
    }
    return means;
  }
}

/** Losses and metrics. */
export function valuesIn(logs: Logs): [string, number][] {
  return Object.entries(logs)
    .filter(([name]) => name !== "batch" && name !== "size")
    .map(([name, value]) => [name, valueOf(value)]);
}

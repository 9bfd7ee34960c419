import type { Logs, Scalar } from "@tensorflow/tfjs-node";

/** What the callbacks that watch a metric have in common. */
export interface MonitorOptions {
  /** Name of the watched entry in the logs, `"val_loss"` if left out. */
  monitor?: string;
  /** Whether less is better, or more; `"auto"` decides by the name: accuracy, AUC, precision, recall, R2 are to rise. */
  mode?: "auto" | "min" | "max";
  /** The least change that counts. */
  minDelta?: number;
}

const toRise = /acc|accuracy|auc|precision|recall|f1|r2|iou|^(val_)?cosineSimilarity$/i;

/** Watches a metric for improvement. */
export class Monitor {
  best: number | undefined;
  readonly #name: string;
  readonly #sign: 1 | -1;
  readonly #minDelta: number;

  /** @param owner the callback's name, for messages */
  constructor(
    private readonly owner: string,
    { monitor = "val_loss", mode = "auto", minDelta = 0 }: MonitorOptions,
  ) {
    this.#name = monitor;
    this.#sign = mode === "max" || (mode === "auto" && toRise.test(monitor)) ? 1 : -1;
    this.#minDelta = Math.abs(minDelta);
  }

  /** The metric's value in the logs; without it, says on the console what there is. */
  valueIn(logs: Logs): number | undefined {
    const value: number | Scalar | undefined = logs[this.#name];
    if (value !== undefined) return valueOf(value);
    const available = Object.keys(logs).join(", ");
    console.warn(`${this.owner} watches "${this.#name}", which is not in the logs. There are: ${available}.`);
    return undefined;
  }

  /**
   * Whether a value is better than another, by more than `minDelta`. Anything is better than nothing: as in Keras a first NaN,
   * too, than which nothing is better.
   */
  isBetter(value: number, than: number | undefined): boolean {
    return than === undefined || (value - than) * this.#sign > this.#minDelta;
  }
}

/** Logs are numbers, or scalars that nobody has read yet. */
export function valueOf(value: number | Scalar): number {
  return typeof value === "number" ? value : value.dataSync()[0]!;
}

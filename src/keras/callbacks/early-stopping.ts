import type { Callback, Logs, Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";
import { Monitor, type MonitorOptions } from "./monitor.js";

export interface EarlyStoppingOptions extends MonitorOptions {
  /** How many epochs without improvement are endured, 0 if left out. */
  patience?: number;
  /** 1 says when it stops, and to which epoch it goes back. */
  verbose?: 0 | 1;
  /** A value that must be surpassed for an improvement to count. */
  baseline?: number;
  /** Whether the model gets back the weights of its best epoch. */
  restoreBestWeights?: boolean;
  /** Number of first epochs that are not watched. */
  startFromEpoch?: number;
}

/**
 * Ends training when a metric has stopped improving. https://keras.io/api/callbacks/early_stopping/
 * @example
 * await model.fit(x, y, { epochs: 100, callbacks: [callbacks.earlyStopping({ monitor: "loss", patience: 3 })] });
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  return new EarlyStopping(options);
}

/** `tf.callbacks.earlyStopping` lists `restoreBestWeights`, and throws if it is set: with it, it is this one. */
export function repairEarlyStopping(): void {
  patch(tf.callbacks, "earlyStopping", {
    name: "best weights",
    why: "restoreBestWeights is not implemented",
    wrap: (make) => (args) =>
      args?.restoreBestWeights
        ? (new EarlyStopping(args as EarlyStoppingOptions) as object as ReturnType<typeof make>)
        : make(args),
  });
}

class EarlyStopping extends tf.Callback {
  #monitor!: Monitor;
  #waited = 0;
  #bestEpoch = 0;
  #stoppedEpoch: number | undefined;
  #bestWeights: Tensor[] | undefined;

  constructor(private readonly options: EarlyStoppingOptions) {
    super();
  }

  override async onTrainBegin(): Promise<void> {
    this.#monitor = new Monitor("earlyStopping", this.options);
    this.#waited = 0;
    this.#stoppedEpoch = undefined;
  }

  override async onEpochEnd(epoch: number, logs: Logs = {}): Promise<void> {
    const { patience = 0, baseline, startFromEpoch = 0 } = this.options;
    const value = this.#monitor.valueIn(logs);
    if (value === undefined || epoch < startFromEpoch) return;
    this.#waited++;
    if (this.#monitor.isBetter(value, this.#monitor.best)) {
      this.#monitor.best = value;
      this.#bestEpoch = epoch;
      this.#keepWeights();
      if (this.#monitor.isBetter(value, baseline)) this.#waited = 0;
    } else if (this.#waited >= patience && epoch > 0) {
      this.#stoppedEpoch = epoch;
      this.model.stopTraining = true;
    }
  }

  override async onTrainEnd(): Promise<void> {
    const say = (text: string) => this.options.verbose && console.log(text);
    if (this.#stoppedEpoch !== undefined) say(`Epoch ${this.#stoppedEpoch + 1}: early stopping`);
    if (!this.#bestWeights) return;
    say(`Restoring model weights from the end of the best epoch: ${this.#bestEpoch + 1}.`);
    this.model.setWeights(this.#bestWeights);
    tf.dispose(this.#bestWeights);
    this.#bestWeights = undefined;
  }

  #keepWeights(): void {
    if (!this.options.restoreBestWeights) return;
    if (this.#bestWeights) tf.dispose(this.#bestWeights);
    this.#bestWeights = this.model.getWeights().map((weight) => tf.keep(weight.clone()));
  }
}

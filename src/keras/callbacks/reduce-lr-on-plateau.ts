import type { Callback, Logs } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { learningRateOf, setLearningRate } from "./learning-rate.js";
import { Monitor, type MonitorOptions } from "./monitor.js";

export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** What the learning rate is multiplied by, 0.1 if left out. */
  factor?: number;
  /** How many epochs without improvement are endured, 10 if left out. */
  patience?: number;
  /** 1 says when it reduces. */
  verbose?: 0 | 1;
  /** How many epochs are not watched after a reduction, 0 if left out. */
  cooldown?: number;
  /** The rate under which it does not go, 0 if left out. */
  minLr?: number;
}

/**
 * Reduces the learning rate when a metric has stopped improving by `minDelta` (0.0001), and puts the rate into the logs as
 * `learning_rate`. https://keras.io/api/callbacks/reduce_lr_on_plateau/
 * @throws RangeError if `factor` is not less than 1
 */
export function reduceLROnPlateau(options: ReduceLROnPlateauOptions = {}): Callback {
  return new ReduceLROnPlateau(options);
}

class ReduceLROnPlateau extends tf.Callback {
  #monitor!: Monitor;
  #waited = 0;
  #coolingEpochs = 0;

  constructor(private readonly options: ReduceLROnPlateauOptions) {
    super();
    const { factor = 0.1 } = options;
    if (!(factor < 1))
      throw new RangeError(`reduceLROnPlateau: expected a factor less than 1, got ${factor}.`);
  }

  override async onTrainBegin(): Promise<void> {
    this.#monitor = new Monitor("reduceLROnPlateau", { minDelta: 1e-4, ...this.options });
    this.#waited = 0;
    this.#coolingEpochs = 0;
  }

  override async onEpochEnd(epoch: number, logs: Logs = {}): Promise<void> {
    const value = this.#monitor.valueIn(logs);
    logs["learning_rate"] = learningRateOf(this.model);
    if (value === undefined) return;
    if (this.#coolingEpochs > 0) {
      this.#coolingEpochs--;
      this.#waited = 0;
    }
    if (this.#monitor.isBetter(value, this.#monitor.best)) {
      this.#monitor.best = value;
      this.#waited = 0;
    } else if (this.#coolingEpochs === 0 && ++this.#waited >= (this.options.patience ?? 10)) {
      this.#reduce(epoch);
    }
  }

  #reduce(epoch: number): void {
    const { factor = 0.1, minLr = 0, cooldown = 0, verbose } = this.options;
    const rate = learningRateOf(this.model);
    if (rate <= minLr) return;
    setLearningRate(this.model, Math.max(rate * factor, minLr));
    if (verbose)
      console.log(`Epoch ${epoch + 1}: reducing the learning rate to ${learningRateOf(this.model)}.`);
    this.#coolingEpochs = cooldown;
    this.#waited = 0;
  }
}

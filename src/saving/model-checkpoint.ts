import type { Callback, Logs } from "@tensorflow/tfjs-node";
import { Monitor, valueOf, type MonitorOptions } from "../keras/callbacks/monitor.js";
import { RunningMeans } from "../keras/callbacks/running-means.js";
import { tf } from "../keras/load.js";
import { saveModel, saveWeights } from "./save-model.js";

export interface ModelCheckpointOptions extends Omit<MonitorOptions, "minDelta"> {
  /** Whether to save only what is better than everything before. */
  saveBestOnly?: boolean;
  /** Whether to save the weights without the model. */
  saveWeightsOnly?: boolean;
  /** When to save: after each epoch, if left out, or after so many batches, which then each are a run of their own. */
  saveFreq?: "epoch" | number;
  /** The value that the first epoch must surpass, with `saveBestOnly`. */
  initialValueThreshold?: number;
  /** 1 says what it saves. */
  verbose?: 0 | 1;
}

/**
 * Saves the model after each epoch, or after so many batches. https://keras.io/api/callbacks/model_checkpoint/
 *
 * @param path as of `saveModel` or `saveWeights`; may name the epoch, the batch (from 1) and metrics in Python's format:
 * `"model-{epoch:02d}-{val_loss:.2f}.keras"`
 * @example
 * const best = callbacks.modelCheckpoint("best.keras", { monitor: "val_accuracy", saveBestOnly: true });
 * await model.fit(x, y, { epochs: 5, validationSplit: 0.1, callbacks: [best] });
 */
export function modelCheckpoint(path: string, options: ModelCheckpointOptions = {}): Callback {
  return new ModelCheckpoint(path, options);
}

class ModelCheckpoint extends tf.Callback {
  readonly #monitor: Monitor;
  readonly #means = new RunningMeans();
  #epoch = 0;
  #batches = 0;

  constructor(
    private readonly path: string,
    private readonly options: ModelCheckpointOptions,
  ) {
    super();
    this.#monitor = new Monitor("modelCheckpoint", options);
    this.#monitor.best = options.initialValueThreshold;
    const { saveFreq = "epoch" } = options;
    if (saveFreq === "epoch") return;
    if (!(Number.isInteger(saveFreq) && saveFreq > 0)) {
      throw new RangeError(
        `modelCheckpoint: saveFreq is ${String(saveFreq)}. Expected "epoch" or a number of batches.`,
      );
    }
    // Only with this does fit run each batch on its own.
    this.onBatchEnd = (batch, logs) => this.#countBatch(saveFreq, batch, logs as Logs);
  }

  override async onEpochBegin(epoch: number): Promise<void> {
    this.#epoch = epoch;
    this.#means.restart();
  }

  override async onEpochEnd(epoch: number, logs: Logs = {}): Promise<void> {
    if (typeof this.options.saveFreq !== "number") await this.#save({ epoch: epoch + 1 }, logs);
  }

  async #countBatch(saveFreq: number, batch: number, logs: Logs): Promise<void> {
    const means = this.#means.add(this.model, logs);
    if (++this.#batches % saveFreq > 0) return;
    await this.#save({ epoch: this.#epoch + 1, batch: batch + 1 }, Object.fromEntries(means));
  }

  async #save(counts: { epoch: number; batch?: number }, logs: Logs): Promise<void> {
    const { saveBestOnly, saveWeightsOnly, verbose } = this.options;
    const value = saveBestOnly ? this.#monitor.valueIn(logs) : undefined;
    // As in Keras, what it cannot tell to be worse is saved.
    if (value !== undefined) {
      if (!this.#monitor.isBetter(value, this.#monitor.best)) return;
      this.#monitor.best = value;
    }
    // TensorFlow.js's names can be read, too, though they are not listed.
    const values = Object.defineProperties({ ...counts }, Object.getOwnPropertyDescriptors(logs));
    const path = filledIn(this.path, values);
    if (verbose) console.log(`Epoch ${counts.epoch}: saving model to ${path}`);
    await (saveWeightsOnly ? saveWeights(this.model, path) : saveModel(this.model, path));
  }
}

/** Fills in `{name}`, `{name:02d}` and `{name:.2f}`. */
function filledIn(path: string, values: Logs): string {
  return path.replace(
    /\{(\w+)(?::0?(\d*)(?:\.(\d+))?([df])?)?\}/g,
    (_, name: string, width = "", digits?: string) => {
      if (!(name in values)) {
        throw new Error(
          `modelCheckpoint: ${path} names "${name}". There are: ${Object.keys(values).join(", ")}.`,
        );
      }
      const value = valueOf(values[name]!);
      const text = digits === undefined ? String(value) : value.toFixed(Number(digits));
      return text.padStart(Number(width), "0");
    },
  );
}

import type { Callback, Logs } from "@tensorflow/tfjs-node";
import { Monitor, valueOf, type MonitorOptions } from "../../tensorflow/callbacks/monitor.js";
import { fittedModel } from "../../tensorflow/fit/sequential.js";
import { tf } from "../../tensorflow/load.js";
import { saveModel, saveWeights } from "../files/index.js";

export interface ModelCheckpointOptions extends Omit<MonitorOptions, "minDelta"> {
  /** Whether to save only what is better than everything before. */
  saveBestOnly?: boolean;
  /** Whether to save the weights without the model. */
  saveWeightsOnly?: boolean;
  /** The value that the first epoch must surpass, with `saveBestOnly`. */
  initialValueThreshold?: number;
  /** 1 says what it saves. */
  verbose?: 0 | 1;
}

/**
 * Saves the model after each epoch. https://keras.io/api/callbacks/model_checkpoint/
 *
 * @param path as of `saveModel` or `saveWeights`; may name the epoch (from 1) and metrics in Python's format:
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

  constructor(
    private readonly path: string,
    private readonly options: ModelCheckpointOptions,
  ) {
    super();
    this.#monitor = new Monitor("modelCheckpoint", options);
    this.#monitor.best = options.initialValueThreshold;
  }

  override async onEpochEnd(epoch: number, logs: Logs = {}): Promise<void> {
    const { saveBestOnly, saveWeightsOnly, verbose } = this.options;
    if (saveBestOnly) {
      const value = this.#monitor.valueIn(logs);
      if (value === undefined || !this.#monitor.isBetter(value, this.#monitor.best)) return;
      this.#monitor.best = value;
    }
    const path = pathOfEpoch(this.path, epoch, logs);
    if (verbose) console.log(`Epoch ${epoch + 1}: saving model to ${path}`);
    const model = fittedModel(this.model);
    await (saveWeightsOnly ? saveWeights(model, path) : saveModel(model, path));
  }
}

/** Fills in `{name}`, `{name:02d}` and `{name:.2f}`. */
function pathOfEpoch(path: string, epoch: number, logs: Logs): string {
  return path.replace(
    /\{(\w+)(?::0?(\d*)(?:\.(\d+))?([df])?)?\}/g,
    (_, name: string, width = "", digits?: string) => {
      if (name !== "epoch" && !(name in logs)) {
        throw new Error(
          `modelCheckpoint: ${path} names "${name}". There are: epoch, ${Object.keys(logs).join(", ")}.`,
        );
      }
      const value = name === "epoch" ? epoch + 1 : valueOf(logs[name]!);
      const text = digits === undefined ? String(value) : value.toFixed(Number(digits));
      return text.padStart(Number(width), "0");
    },
  );
}

import { join, resolve } from "node:path";
import type { Callback, Logs } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { RunningMeans, valuesIn } from "./running-means.js";

export interface TensorBoardOptions {
  /** The folder for the event files, `"logs"` if left out. */
  logDir?: string;
  /** When to write: after each epoch (the default), after each batch, or after this many batches. */
  updateFreq?: "epoch" | "batch" | number;
}

type Writer = ReturnType<typeof tf.node.summaryFileWriter>;

/**
 * Writes losses, metrics and the learning rate for TensorBoard: into `train` and `validation` under `logDir`, under Keras's
 * names. To look at them: `tensorboard --logdir logs`. https://keras.io/api/callbacks/tensorboard/
 *
 * @throws Error without native TensorFlow
 * @example
 * await model.fit(x, y, { epochs: 5, validationSplit: 0.1, callbacks: [callbacks.tensorBoard({ logDir: "logs/first" })] });
 */
export function tensorBoard({ logDir = "logs", updateFreq = "epoch" }: TensorBoardOptions = {}): Callback {
  if (!tf.node) {
    throw new Error(
      "tensorBoard writes with native TensorFlow, which did not load: see npm run manabi doctor.",
    );
  }
  if (updateFreq === "epoch") return new EpochWriter(logDir);
  const every = updateFreq === "batch" ? 1 : updateFreq;
  if (Number.isInteger(every) && every > 0) return new BatchWriter(logDir, every);
  throw new RangeError(
    `tensorBoard: updateFreq is ${updateFreq}. Expected "epoch", "batch" or a number of batches.`,
  );
}

class EpochWriter extends tf.Callback {
  constructor(private readonly logDir: string) {
    super();
  }

  /** What a run has written is there at the latest when its epoch ends. */
  override async onEpochEnd(epoch: number, logs: Logs = {}): Promise<void> {
    const { optimizer } = this.model;
    const { learningRate } = optimizer as { learningRate?: unknown };
    const entries = valuesIn(logs);
    const training = entries.filter(([name]) => !name.startsWith("val_"));
    if (typeof learningRate === "number") training.push(["learning_rate", learningRate]);
    this.write("train", "epoch_", new Map(training), epoch);

    const validation = entries.filter(([name]) => name.startsWith("val_"));
    if (validation.length === 0) return;
    const values = validation.map(([name, value]) => [name.slice("val_".length), value] as const);
    const byStep = values.map(([name, value]) => [`${name}_vs_iterations`, value] as const);
    this.write("validation", "evaluation_", new Map(byStep), optimizer.iterations);
    this.write("validation", "epoch_", new Map(values), epoch);
  }

  protected write(folder: string, prefix: string, values: Map<string, number>, step: number): void {
    const writer: Writer = tf.node.summaryFileWriter(resolve(join(this.logDir, folder)));
    for (const [name, value] of values) writer.scalar(prefix + name, value, step);
    writer.flush();
  }
}

/** Writes the means of the epoch so far, too, as Keras's logs of batches have them. */
class BatchWriter extends EpochWriter {
  #batches = 0;
  readonly #means = new RunningMeans();

  constructor(
    logDir: string,
    private readonly every: number,
  ) {
    super(logDir);
  }

  override async onTrainBegin(): Promise<void> {
    this.#batches = 0;
  }

  override async onEpochBegin(): Promise<void> {
    this.#means.restart();
  }

  override async onBatchEnd(_batch: number, logs: Logs = {}): Promise<void> {
    this.#batches++;
    const means = this.#means.add(this.model, logs);
    if (this.#batches % this.every === 0) this.write("train", "batch_", means, this.#batches);
  }
}

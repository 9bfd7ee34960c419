import type { Tensor } from "@tensorflow/tfjs-node";
import { core, tf } from "../../tfjs/native.js";

/** In which order `fit` takes its samples. */
export interface RowOrder {
  /** Whether to shuffle the samples, or only those within each batch. */
  shuffle: boolean | "batch";
  /** How many batches make an epoch; all of them if left out. */
  steps?: number | undefined;
}

/** The batch that comes next. */
interface ComingBatch {
  /** Where in the rows it begins. */
  first: number;
  /** Its samples. */
  size: number;
  /** How many batches of this size follow one another in this epoch, this one included. */
  alike: number;
}

/**
 * The row numbers of samples, cut into batches and epochs. As in Keras, an epoch of a given number of steps goes on where the
 * last one ended; all samples were seen before the first comes again, and an epoch that finds too few left ends early, with
 * a warning.
 */
export class EpochRows {
  /** The row numbers, int32 `[samples]`; others after each `begin`. */
  rows: Tensor;
  readonly #order: Int32Array;
  #next: number;
  #batch = 0;

  constructor(
    private readonly samples: number,
    private readonly batchSize: number,
    private readonly given: RowOrder,
  ) {
    this.#order = Int32Array.from({ length: samples }, (_, i) => i);
    this.#next = samples;
    this.rows = tf.tensor1d(this.#order, "int32");
  }

  /** Begins an epoch. */
  begin(): void {
    this.#batch = 0;
    if (this.given.steps !== undefined && this.#next < this.samples) return;
    this.#next = 0;
    if (!this.given.shuffle) return;
    this.#shuffle();
    this.rows.dispose();
    this.rows = tf.tensor1d(this.#order, "int32");
  }

  /** The next batch of this epoch; undefined at its end. */
  get coming(): ComingBatch | undefined {
    const { samples, batchSize } = this;
    const { steps = Infinity } = this.given;
    const [first, stepsLeft, left] = [this.#next, steps - this.#batch, samples - this.#next];
    if (stepsLeft === 0) return undefined;
    if (left === 0) {
      if (stepsLeft < Infinity) warnOfEnd(this.#batch, steps);
      return undefined;
    }
    const size = Math.min(batchSize, left);
    return { first, size, alike: Math.min(Math.floor(left / size), stepsLeft) };
  }

  /** Goes on to after the next `batches` of `size` samples. */
  pass(batches: number, size: number): void {
    this.#batch += batches;
    this.#next += batches * size;
  }

  dispose(): void {
    this.rows.dispose();
  }

  #shuffle(): void {
    const size = this.given.shuffle === "batch" ? this.batchSize : this.samples;
    for (let first = 0; first < this.samples; first += size)
      core.util.shuffle(this.#order.subarray(first, first + size));
  }
}

/** What Keras says, too, when the data end before the steps. */
export function warnOfEnd(batches: number, steps: number): void {
  console.warn(
    `The data ended after ${batches} of ${steps} steps. Ask for fewer steps, or take a smaller batchSize.`,
  );
}

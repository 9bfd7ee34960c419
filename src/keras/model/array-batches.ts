import type { Tensor } from "@tensorflow/tfjs-node";
import { PacedSteps, type RunSteps } from "../../graphs/index.js";
import { core, tf } from "../../tfjs/native.js";
import { warnOfEnd, type ComingBatches, type TrainingBatches } from "./training-batches.js";

/** In which order `fit` takes its samples. */
interface RowOrder {
  /** Whether to shuffle the samples, or only those within each batch. */
  shuffle: boolean | "batch";
  /** How many batches make an epoch; all of them if left out. */
  steps?: number | undefined;
}

/** Where the next batches are. */
interface ComingRows {
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
class EpochRows {
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
  get coming(): ComingRows | undefined {
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

/** Batches of data that are all there. */
export class ArrayBatches implements TrainingBatches {
  readonly #rows: EpochRows;
  #paced: PacedSteps | undefined;

  constructor(
    private readonly runSteps: RunSteps,
    samples: number,
    batchSize: number,
    order: RowOrder,
  ) {
    this.#rows = new EpochRows(samples, batchSize, order);
  }

  begin(): void {
    this.#rows.begin();
  }

  next(singly: boolean): ComingBatches | undefined {
    const { coming } = this.#rows;
    if (!coming) return undefined;
    const { first, size, alike } = coming;
    this.#paced ??= new PacedSteps(this.runSteps, singly);
    const run = () => {
      const results = this.#paced!.run(this.#rows.rows, first, size, alike);
      this.#rows.pass(results.length, size);
      return results;
    };
    return { size, run };
  }

  dispose(): void {
    this.#rows.dispose();
  }
}

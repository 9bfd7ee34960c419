import type { Tensor } from "@tensorflow/tfjs";
import { mulberry32 } from "../../tfjs/mulberry32.js";
import { hostRandom } from "../../tfjs/random-state.js";
import type { Column, DataFrame } from "../data-frame.js";
import { columnsOf } from "../data-frame.js";
import type { NdArray } from "../ndarray.js";
import { shuffleInPlace } from "../shuffle.js";
import { FrameEncoder } from "./frame-encoder.js";

export interface FrameDatasetOptions {
  /** The column, or columns, that the model is to give. */
  target: string | readonly string[];
  /** What makes numbers of the other columns; it is adapted to this frame if it is not given. */
  encoder?: FrameEncoder;
  /** What makes numbers of the target: `new FrameEncoder({ codes: ["kind"] })` for classes. Default: numbers as they are. */
  targetEncoder?: FrameEncoder;
  /** Default 32. */
  batchSize?: number;
  /** Whether the rows come in another order in each epoch. Default true. */
  shuffle?: boolean;
  /** The same seed gives the same orders. Default: others in each run, unless `setRandomSeed` was called. */
  seed?: number;
}

/** Batches of a data frame: what `frameDataset` makes, and `fit`, `evaluate` and `predict` take. */
export class FrameDataset {
  readonly #x: NdArray;
  readonly #y: NdArray;
  readonly #random: () => number;
  readonly #batchSize: number;
  readonly #shuffle: boolean;

  constructor(frame: DataFrame, options: FrameDatasetOptions) {
    const { target, batchSize = 32, shuffle = true, seed } = options;
    if (!Number.isInteger(batchSize) || batchSize < 1)
      throw new RangeError(`batchSize is a whole number from 1 up, but got ${batchSize}.`);
    const targets = [target].flat();
    const columns: Column[] = columnsOf(frame);
    const others = columns.map(({ name }) => name).filter((name) => !targets.includes(name));
    this.#x = (options.encoder ?? new FrameEncoder({ columns: others }).adapt(frame)).apply(frame);
    this.#y = (options.targetEncoder ?? new FrameEncoder({ columns: targets }).adapt(frame)).apply(frame);
    this.#random = seed === undefined ? hostRandom : mulberry32(seed);
    this.#batchSize = batchSize;
    this.#shuffle = shuffle;
  }

  /** How many batches an epoch has. */
  get size(): number {
    return Math.ceil(this.#x.length / this.#batchSize);
  }

  /** Begins an epoch. Who takes the batches disposes them. */
  async iterator(): Promise<AsyncGenerator<{ xs: Tensor; ys: Tensor }, void>> {
    return this[Symbol.asyncIterator]();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<{ xs: Tensor; ys: Tensor }, void> {
    const order = Array.from({ length: this.#x.length }, (_, i) => i);
    if (this.#shuffle) shuffleInPlace(order, this.#random);
    for (let start = 0; start < order.length; start += this.#batchSize) {
      const rows = order.slice(start, start + this.#batchSize);
      yield { xs: this.#x.gather(rows).toTensor(), ys: this.#y.gather(rows).toTensor() };
    }
  }
}

/**
 * A data frame of Polars as a data set in batches: `xs` `[batch, columns]` and `ys` `[batch, targets]`, float32.
 *
 * @throws as `FrameEncoder`, for what is no number and has no choice
 *
 * @example
 * const cars = pl.DataFrame({ mpg: [18, 15, 36, 31], weight: [3504, 3693, 1836, 1950], origin: ["USA", "USA", "Japan", "Japan"] });
 * const encoder = new FrameEncoder({ columns: ["weight", "origin"], oneHot: ["origin"], normalize: true }).adapt(cars);
 * const regression = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [encoder.names.length] })] });
 * regression.compile({ optimizer: "adam", loss: "meanAbsoluteError" });
 * await regression.fit(frameDataset(cars, { target: "mpg", encoder, batchSize: 2 }), { epochs: 2, verbose: 0 });
 */
export function frameDataset(frame: DataFrame, options: FrameDatasetOptions): FrameDataset {
  return new FrameDataset(frame, options);
}

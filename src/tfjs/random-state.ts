import { randomBytes } from "node:crypto";
import type { Tensor1D, Variable } from "@tensorflow/tfjs-node";
import { mulberry32 } from "./mulberry32.js";
import { tf } from "./native.js";

/**
 * A sequence of seeds for TensorFlow's stateless random operations: one int32 variable `[seed, count]`, to whose count
 * each drawing adds one by an operation. A recorded step that keeps this variable as state, as it keeps the weights,
 * therefore draws new numbers in every replay.
 */
export class SeedSequence {
  #variable: Variable | undefined;

  constructor(private readonly firstSeed: () => number) {}

  /** The variable `[seed, count]`; made anew if somebody disposed it (`tf.disposeVariables()`). */
  get state(): Variable {
    // `disposeVariables` frees the values without marking the variables as disposed.
    if (!this.#variable || !tf.engine().state.tensorInfo.has(this.#variable.dataId)) {
      const start = tf.tensor1d([this.firstSeed(), 0], "int32");
      this.#variable = tf.variable(start, false);
      start.dispose();
    }
    return this.#variable;
  }

  /** Starts the sequence again from `seed`, an int32. */
  restart(seed: number): void {
    const start = tf.tensor1d([seed, 0], "int32");
    this.state.assign(start);
    start.dispose();
  }

  /** The seed of one random operation, shape `[2]`. Call it inside `tf.tidy`. */
  next(): Tensor1D {
    const seed = tf.add<Tensor1D>(this.state, tf.tensor1d([0, 1], "int32"));
    this.state.assign(seed);
    return seed;
  }

  dispose(): void {
    this.#variable?.dispose();
    this.#variable = undefined;
  }
}

/** What everything draws from that has no seed of its own. */
export const globalSeeds = new SeedSequence(() => randomBytes(4).readInt32LE());

/** The generator behind what is drawn in JavaScript (shuffling, and everything where TensorFlow is not native), once seeded. */
let seeded: { next: () => number; mathRandom: () => number } | undefined;

/**
 * Makes everything random repeat: initial weights, shuffling, dropout, noise and `tf.random*` drawn after this call are
 * the same whenever it is called with the same seed, also for a second model in the same process. As Keras's
 * `keras.utils.set_random_seed`.
 *
 * @param seed an integer from 0 to 4294967295
 * @throws RangeError for anything else
 * @example
 * setRandomSeed(1671);
 * const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
 */
export function setRandomSeed(seed: number): void {
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
    throw new RangeError(`setRandomSeed: expected an integer from 0 to 4294967295, got ${String(seed)}.`);
  }
  seeded = { next: mulberry32(seed), mathRandom: Math.random };
  globalSeeds.restart(seed | 0);
}

/** Nothing random repeats any more. */
export function forgetRandomSeed(): void {
  seeded = undefined;
  globalSeeds.dispose();
}

/**
 * A number in [0, 1) from the generator that `setRandomSeed` sets, else from `Math.random`. Who puts another generator in the
 * place of `Math.random` afterwards, as `Math.seedrandom(...)` does, is heard.
 */
export function hostRandom(): number {
  return seeded?.mathRandom === Math.random ? seeded.next() : Math.random();
}

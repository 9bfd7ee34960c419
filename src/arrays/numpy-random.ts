import { randomBytes } from "node:crypto";
import { inspect } from "node:util";
import { MersenneTwister } from "./mersenne-twister.js";
import { NdArray, type NumberArray } from "./ndarray.js";

/** How many numbers to draw: a length or a shape. */
export type Size = number | readonly number[];

/** What `NumpyRandom.getState` gives: Python's `("MT19937", key, pos, has_gauss, cached_gaussian)`. */
export interface NumpyRandomState {
  key: Uint32Array;
  position: number;
  /** The second of the two normal numbers that are drawn at once, if it waits. */
  gauss: number | undefined;
}

/**
 * NumPy's old generator, `np.random.RandomState` (https://numpy.org/doc/stable/reference/random/legacy.html): the same numbers
 * and the same order for the same seed. Keras shuffles its data sets by it. For new code, any other generator is as good.
 *
 * @example
 * const random = new NumpyRandom(113);
 * random.permutation(10).toArray();          // [9, 3, 6, 1, 0, 7, 4, 8, 2, 5]
 * random.uniform(-20, 20);                   // a number
 * random.uniform(-20, 20, [2, 3]);           // an NdArray
 */
export class NumpyRandom {
  #bits!: MersenneTwister;
  #gauss: number | undefined;

  /** @param seed as for `seed` */
  constructor(seed?: number | readonly number[]) {
    this.seed(seed);
  }

  /**
   * Starts the sequence anew.
   * @param seed a whole number from 0 to 4294967295, or several of them; without, the numbers differ each time
   * @throws RangeError for any other seed
   */
  seed(seed?: number | readonly number[]): void {
    const given = seed ?? Array.from(new Uint32Array(randomBytes(64).buffer, 0, 4));
    const parts = typeof given === "number" ? [given] : given;
    if (parts.length === 0 || !parts.every((part) => Number.isInteger(part) && part >= 0 && part < 2 ** 32))
      throw new RangeError(
        `A seed is a whole number from 0 to 4294967295, or some of them, but got ${inspect(seed)}.`,
      );
    this.#bits = new MersenneTwister(given);
    this.#gauss = undefined;
  }

  /** Numbers from 0 up to, not including, 1: one, or with `size` an array of them. */
  random(): number;
  random(size: Size): NdArray<Float64Array>;
  random(size?: Size): number | NdArray<Float64Array> {
    return drawn(size, () => this.#double());
  }

  /** Numbers from `low` up to `high`, all equally likely. */
  uniform(low?: number, high?: number): number;
  uniform(low: number, high: number, size: Size): NdArray<Float64Array>;
  uniform(low = 0, high = 1, size?: Size): number | NdArray<Float64Array> {
    return drawn(size, () => low + (high - low) * this.#double());
  }

  /**
   * Numbers around `mean` with the standard deviation `deviation`; NumPy's up to the last of 53 bits.
   * @throws RangeError if that is negative
   */
  normal(mean?: number, deviation?: number): number;
  normal(mean: number, deviation: number, size: Size): NdArray<Float64Array>;
  normal(mean = 0, deviation = 1, size?: Size): number | NdArray<Float64Array> {
    if (!(deviation >= 0))
      throw new RangeError(`A standard deviation is 0 or more, but got ${inspect(deviation)}.`);
    return drawn(size, () => mean + deviation * this.#normal());
  }

  /**
   * Whole numbers from `low` up to, not including, `high`; with one argument from 0 up to it.
   * @throws RangeError if there is no such number
   */
  randint(low: number, high?: number): number;
  randint(low: number, high: number | undefined, size: Size): NdArray<Int32Array> | NdArray<Float64Array>;
  randint(low: number, high?: number, size?: Size): number | NdArray {
    const [first, end] = high === undefined ? [0, low] : [low, high];
    if (!Number.isSafeInteger(first) || !Number.isSafeInteger(end) || end <= first || end - first > 2 ** 53)
      throw new RangeError(
        `randint draws whole numbers from low up to high, but between ${first} and ${end} there are none.`,
      );
    const numbers = drawn(size, () => first + this.#upTo(end - first - 1));
    const narrow = first >= -(2 ** 31) && end <= 2 ** 31;
    return typeof numbers === "number" || !narrow
      ? numbers
      : new NdArray(Int32Array.from(numbers.data), numbers.shape);
  }

  /**
   * One of `values`, or with `size` an array of so many, by their place for `NdArray`s; a number `n` stands for 0 to n-1.
   * With `replace: false` none is chosen twice.
   * @throws RangeError if there are too few
   */
  choice<Value>(values: readonly Value[]): Value;
  choice(values: number | NumberArray): number;
  choice<Value>(values: readonly Value[], size: number, options?: { replace?: boolean }): Value[];
  choice(values: number | NumberArray, size: number, options?: { replace?: boolean }): number[];
  choice(
    values: number | ArrayLike<unknown>,
    size?: number,
    { replace = true }: { replace?: boolean } = {},
  ): unknown {
    const length = typeof values === "number" ? values : values.length;
    if (!(length > 0) || (!replace && (size ?? 1) > length))
      throw new RangeError(`${size ?? 1} cannot be chosen from ${inspect(length)} values.`);
    const count = size ?? 1;
    const places = replace
      ? Array.from({ length: count }, () => this.randint(length))
      : Array.from(this.permutation(length).data.subarray(0, count));
    const chosen = typeof values === "number" ? places : places.map((place) => values[place]);
    return size === undefined ? chosen[0] : chosen;
  }

  /** Changes the order of an array in place; of an `NdArray` that of its first axis. */
  shuffle(values: unknown[] | NumberArray | NdArray): void {
    if (values instanceof NdArray) {
      const { data } = values;
      const size = data.length / Math.max(values.length, 1);
      this.#swap(values.length, (i, j) => {
        const row = data.slice(i * size, (i + 1) * size);
        data.copyWithin(i * size, j * size, (j + 1) * size);
        data.set(row, j * size);
      });
      return;
    }
    this.#swap(values.length, (i, j) => {
      const value = values[i];
      values[i] = values[j]!;
      values[j] = value;
    });
  }

  /** 0 to n-1 in a random order, or a copy of `values` in one. */
  permutation(n: number): NdArray<Int32Array>;
  permutation<Data extends NumberArray>(values: NdArray<Data>): NdArray<Data>;
  permutation<Value>(values: readonly Value[]): Value[];
  permutation(values: number | NdArray | readonly unknown[]): NdArray | unknown[] {
    const length = typeof values === "number" ? values : values.length;
    if (!Number.isInteger(length) || length < 0 || length >= 2 ** 31)
      throw new RangeError(`permutation: expected how many, or values, but got ${inspect(values)}.`);
    const order = Int32Array.from({ length }, (_, i) => i);
    this.shuffle(order);
    if (typeof values === "number") return new NdArray(order);
    if (values instanceof NdArray) return values.gather(order);
    return Array.from(order, (place) => values[place]);
  }

  /** A copy of all that the next numbers depend on. */
  getState(): NumpyRandomState {
    return { key: this.#bits.key.slice(), position: this.#bits.position, gauss: this.#gauss };
  }

  /** Goes on from what `getState` gave. */
  setState({ key, position, gauss }: NumpyRandomState): void {
    if (key.length !== this.#bits.key.length || !(position >= 0 && position <= key.length))
      throw new RangeError(`Expected what getState() gives, but got ${inspect({ key, position, gauss })}.`);
    this.#bits.key.set(key);
    this.#bits.position = position;
    this.#gauss = gauss;
  }

  #double(): number {
    const high = this.#bits.next() >>> 5;
    return (high * 2 ** 26 + (this.#bits.next() >>> 6)) / 2 ** 53;
  }

  /** A whole number from 0 to `max`, both included. It draws until one fits, and nothing where there is no choice. */
  #upTo(max: number): number {
    if (max === 0) return 0;
    if (max < 2 ** 32) {
      const mask = 0xffffffff >>> Math.clz32(max);
      for (;;) {
        const value = (this.#bits.next() & mask) >>> 0;
        if (value <= max) return value;
      }
    }
    const mask = 0xffffffff >>> Math.clz32(Math.floor(max / 2 ** 32));
    for (;;) {
      const high = (this.#bits.next() & mask) >>> 0;
      const value = high * 2 ** 32 + this.#bits.next();
      if (value <= max) return value;
    }
  }

  /** Two at a time by the polar method; the first of them waits for the next call. */
  #normal(): number {
    if (this.#gauss !== undefined) {
      const waiting = this.#gauss;
      this.#gauss = undefined;
      return waiting;
    }
    for (;;) {
      const x = 2 * this.#double() - 1;
      const y = 2 * this.#double() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      this.#gauss = factor * x;
      return factor * y;
    }
  }

  #swap(length: number, swap: (i: number, j: number) => void): void {
    for (let i = length - 1; i > 0; i--) swap(i, this.#upTo(i));
  }
}

function drawn(size: Size | undefined, draw: () => number): number | NdArray<Float64Array> {
  if (size === undefined) return draw();
  const shape = typeof size === "number" ? [size] : size;
  if (!shape.every((length) => Number.isInteger(length) && length >= 0))
    throw new RangeError(`A size is a length or a shape, such as 3 or [2, 3], but got ${inspect(size)}.`);
  const data = new Float64Array(shape.reduce((product, length) => product * length, 1));
  for (let i = 0; i < data.length; i++) data[i] = draw();
  return new NdArray(data, shape);
}

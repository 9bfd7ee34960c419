import type { NdArray } from "../arrays/ndarray.js";
import { NumpyRandom } from "../arrays/numpy-random.js";

/** A table of numbers and what is to be predicted, in Keras's four parts. */
export interface TableDataset {
  /** `[rows, columns]`, float64 */
  xTrain: NdArray<Float64Array>;
  /** `[rows]`, float64 */
  yTrain: NdArray<Float64Array>;
  xTest: NdArray<Float64Array>;
  yTest: NdArray<Float64Array>;
}

export interface SplitOptions {
  /** The share of the rows that are for the test, from 0 up to, not including, 1. Default 0.2. */
  testSplit?: number;
  /** Of the order. Default 113. */
  seed?: number;
}

/** @throws RangeError for a share that Keras refuses */
export function checkTestSplit(testSplit: number): void {
  if (!(testSplit >= 0 && testSplit < 1))
    throw new RangeError(`testSplit is a share from 0 up to, not including, 1, but got ${testSplit}.`);
}

/** All rows in the order of the seed; the last ones are for the test. */
export function splitRows(
  x: NdArray<Float64Array>,
  y: NdArray<Float64Array>,
  { testSplit = 0.2, seed = 113 }: SplitOptions,
): TableDataset {
  checkTestSplit(testSplit);
  const order = new NumpyRandom(seed).permutation(x.length);
  const [xs, ys] = [x.gather(order), y.gather(order)];
  const trainSize = Math.trunc(x.length * (1 - testSplit));
  return {
    xTrain: xs.slice(0, trainSize),
    yTrain: ys.slice(0, trainSize),
    xTest: xs.slice(trainSize),
    yTest: ys.slice(trainSize),
  };
}

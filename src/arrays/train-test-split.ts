import { toNdArray, type ArrayLike, type NdArray } from "./ndarray.js";
import { shuffleInPlace } from "./shuffle.js";
import { mulberry32 } from "../tfjs/mulberry32.js";
import { hostRandom } from "../tfjs/random-state.js";

export interface TrainTestSplitOptions {
  /** How much goes to the test part: a share between 0 and 1, or a number of samples from 1 up. Default 0.25. */
  testSize?: number;
  /** Whether samples are shuffled before the split. Default true; false takes the last ones for the test. */
  shuffle?: boolean;
  /** The same seed gives the same split. Default: another split in each call, unless `setRandomSeed` was called. */
  seed?: number;
  /** Keeps the share of each class in both parts: of `y`, class indices `[n]`, or of the labels given here. Default false. */
  stratify?: ArrayLike;
}

/** By name, or in scikit-learn's order: `const [xTrain, xTest, yTrain, yTest] = trainTestSplit(x, y)`. */
export interface TrainTestSplit {
  xTrain: NdArray;
  xTest: NdArray;
  yTrain: NdArray;
  yTest: NdArray;
  [Symbol.iterator](): ArrayIterator<NdArray>;
}

/**
 * Divides samples and their labels into a part to train with and a part to test with, as scikit-learn's
 * `train_test_split`. The parts are copies in JavaScript's memory (`toTensor` makes tensors of them).
 *
 * @param x Samples, `[n, …]`. @param y Labels, `[n]` or `[n, …]`.
 * @throws RangeError if x and y are not equally long, a part would be empty, or, with `stratify`, a class has
 *   fewer than 2 samples or there are fewer places than classes in a part.
 *
 * @example
 * const { xTrain, xTest, yTrain, yTest } = trainTestSplit(x, y, { testSize: 0.2, seed: 1, stratify: true });
 */
export function trainTestSplit(
  x: ArrayLike,
  y: ArrayLike,
  options: TrainTestSplitOptions = {},
): TrainTestSplit {
  const [samples, labels] = [toNdArray(x), toNdArray(y)];
  const count = samples.length;
  if (count !== labels.length) {
    throw new RangeError(
      `trainTestSplit got ${count} samples but ${labels.length} labels; each sample needs one.`,
    );
  }
  const testCount = testCountOf(options.testSize ?? 0.25, count);
  const { shuffle = true, stratify = false } = options;
  if (stratify !== false && !shuffle)
    throw new RangeError("stratify needs shuffle: leave shuffle out or set it to true.");
  const random = options.seed === undefined ? hostRandom : mulberry32(options.seed);
  const order = Array.from({ length: count }, (_, i) => i);
  if (shuffle) shuffleInPlace(order, random);
  const strata = stratify === false ? undefined : stratify === true ? labels : toNdArray(stratify);
  if (strata && strata.length !== count)
    throw new RangeError(`stratify got ${strata.length} labels for ${count} samples.`);
  const isTest = strata ? stratified(order, strata, testCount) : lastOf(order, testCount);
  const train = order.filter((i) => !isTest.has(i));
  const test = order.filter((i) => isTest.has(i));
  const parts = {
    xTrain: samples.gather(train),
    xTest: samples.gather(test),
    yTrain: labels.gather(train),
    yTest: labels.gather(test),
  };
  // Not enumerable, so that it is not printed.
  return Object.defineProperty(parts as TrainTestSplit, Symbol.iterator, {
    value: () => Object.values(parts)[Symbol.iterator](),
  });
}

function testCountOf(testSize: number, count: number): number {
  const testCount = testSize < 1 ? Math.ceil(testSize * count) : testSize;
  if (!(testSize > 0) || !Number.isInteger(testCount) || testCount >= count) {
    throw new RangeError(
      `testSize must be a share between 0 and 1, or a whole number of the ${count} samples that leaves some to ` +
        `train with, but got ${testSize}.`,
    );
  }
  return testCount;
}

function lastOf(order: readonly number[], testCount: number): Set<number> {
  return new Set(order.slice(order.length - testCount));
}

/** Each class gives its share, rounded down; the places left go to the classes with the largest remainders. */
function stratified(order: readonly number[], labels: NdArray, testCount: number): Set<number> {
  if (labels.rank !== 1) {
    throw new RangeError(
      `stratify needs class indices [n], but these have the shape [${labels.shape.join(", ")}].`,
    );
  }
  const classes = new Map<number, number[]>();
  for (const i of order) {
    const label = labels.data[i]!;
    const members = classes.get(label);
    if (members) members.push(i);
    else classes.set(label, [i]);
  }
  for (const [label, members] of classes) {
    if (members.length < 2) {
      throw new RangeError(`stratify needs at least 2 samples of each class, but class ${label} has 1.`);
    }
  }
  if (testCount < classes.size || order.length - testCount < classes.size) {
    throw new RangeError(
      `stratify needs a place for each of the ${classes.size} classes in both parts, but they get ` +
        `${order.length - testCount} and ${testCount} samples.`,
    );
  }
  const shares = Array.from(classes.values(), (members) => {
    const exact = (members.length * testCount) / order.length;
    return { members, taken: Math.floor(exact), remainder: exact % 1 };
  });
  const left = testCount - shares.reduce((sum, { taken }) => sum + taken, 0);
  const byRemainder = [...shares];
  byRemainder.sort((a, b) => b.remainder - a.remainder);
  for (const share of byRemainder.slice(0, left)) share.taken++;
  return new Set(shares.flatMap(({ members, taken }) => members.slice(0, taken)));
}

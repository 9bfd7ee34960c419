import { columnsOf, isDataFrame } from "./data-frame.js";
import { toNdArray, type ArrayLike as Numbers } from "./ndarray.js";
import { NumpyRandom } from "./numpy-random.js";
import { Ragged } from "./ragged.js";
import { hostRandom } from "../tfjs/random-state.js";

/** Which samples one round trains with, and which it tests with: indices, rising. */
export interface Fold {
  train: Int32Array;
  test: Int32Array;
}

export interface FoldOptions {
  /** How many rounds, and parts. Default 5. */
  nSplits?: number;
  /** Whether samples are shuffled first. Default false: parts are what stands together. */
  shuffle?: boolean;
  /** The same seed gives the same parts, those of scikit-learn's `random_state`. Default: others each time, unless `setRandomSeed` was called. */
  seed?: number;
}

/**
 * Rounds of cross-validation: the samples are divided into `nSplits` parts, and each part is tested with once. As scikit-learn's
 * `KFold` (https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.KFold.html), with its parts.
 *
 * @param samples how many there are, or the samples themselves
 * @throws RangeError unless `nSplits` is a whole number from 2 to the number of samples, or for a seed without `shuffle`
 *
 * @example
 * for (const { train, test } of kFold(x, { nSplits: 4, shuffle: true, seed: 1 })) {
 *   console.log(x.gather(train).shape, y.gather(test).shape);
 * }
 */
export function kFold(samples: number | Numbers | Ragged, options: FoldOptions = {}): Fold[] {
  const count = countOf(samples);
  const { nSplits, shuffle } = checked(options, count);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  shuffle?.(order);
  const part = new Int32Array(count);
  let start = 0;
  for (let fold = 0; fold < nSplits; fold++) {
    // The first parts have one more where it does not come out even.
    const end = start + Math.floor(count / nSplits) + (fold < count % nSplits ? 1 : 0);
    for (const sample of order.subarray(start, end)) part[sample] = fold;
    start = end;
  }
  return foldsOf(part, nSplits);
}

/**
 * As `kFold`, with the share of each class kept in all parts. As scikit-learn's `StratifiedKFold`
 * (https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.StratifiedKFold.html), with its parts.
 *
 * @param labels the class of each sample, `[n]` or `[n, 1]`: numbers, or texts
 * @throws RangeError if no class has `nSplits` samples, and as `kFold`
 *
 * @example
 * const folds = stratifiedKFold([0, 0, 0, 1, 1, 1], { nSplits: 3 });
 * folds[0]!.test; // 0 and 3
 */
export function stratifiedKFold(labels: Numbers | readonly string[], options: FoldOptions = {}): Fold[] {
  const values = labelsOf(labels);
  const { nSplits, shuffle } = checked(options, values.length);
  // Classes are counted in the order in which they come.
  const classes = new Map<number | string, number[]>();
  values.forEach((value, sample) => {
    const members = classes.get(value);
    if (members) members.push(sample);
    else classes.set(value, [sample]);
  });
  const sizes = [...classes.values()].map(({ length }) => length);
  if (Math.max(...sizes) < nSplits)
    throw new RangeError(
      `There are ${nSplits} parts, but no class has so many samples; the largest has ${Math.max(...sizes)}.`,
    );
  if (Math.min(...sizes) < nSplits)
    console.warn(
      `stratifiedKFold: a class has ${Math.min(...sizes)} samples only, fewer than the ${nSplits} parts.`,
    );
  const part = new Int32Array(values.length);
  let before = 0;
  for (const members of classes.values()) {
    // The samples in order of their class are dealt out one by one: so many of this class each part gets.
    const dealt = new Int32Array(nSplits);
    for (let i = 0; i < members.length; i++) dealt[(before + i) % nSplits]!++;
    before += members.length;
    const parts = Int32Array.from([...dealt].flatMap((count, fold) => Array<number>(count).fill(fold)));
    shuffle?.(parts);
    members.forEach((sample, i) => (part[sample] = parts[i]!));
  }
  return foldsOf(part, nSplits);
}

function foldsOf(part: Int32Array, nSplits: number): Fold[] {
  const all = Int32Array.from(part, (_, sample) => sample);
  return Array.from({ length: nSplits }, (_, fold) => ({
    train: all.filter((sample) => part[sample] !== fold),
    test: all.filter((sample) => part[sample] === fold),
  }));
}

function countOf(samples: number | Numbers | Ragged): number {
  if (typeof samples === "number" || samples instanceof Ragged)
    return typeof samples === "number" ? samples : samples.length;
  if (isDataFrame(samples)) return columnsOf(samples)[0]?.length ?? 0;
  return toNdArray(samples).length;
}

function labelsOf(labels: Numbers | readonly string[]): readonly (number | string)[] {
  if (Array.isArray(labels) && labels.every((label) => typeof label === "string")) return labels;
  const { data, shape } = toNdArray(labels as Numbers);
  if (shape.length === 1 || (shape.length === 2 && shape[1] === 1)) return Array.from(data);
  throw new RangeError(
    `stratifiedKFold needs a class for each sample, but the labels have the shape [${shape.join(", ")}].`,
  );
}

function checked(
  { nSplits = 5, shuffle = false, seed }: FoldOptions,
  count: number,
): { nSplits: number; shuffle: ((values: Int32Array) => void) | undefined } {
  if (!Number.isInteger(count) || count < 0)
    throw new RangeError(`A number of samples is whole, but got ${count}.`);
  if (!Number.isInteger(nSplits) || nSplits < 2 || nSplits > count)
    throw new RangeError(`nSplits is a whole number from 2 to the ${count} samples, but got ${nSplits}.`);
  if (seed !== undefined && !shuffle)
    throw new RangeError("A seed is for shuffling: set shuffle to true, or leave seed out.");
  if (!shuffle) return { nSplits, shuffle: undefined };
  const random = new NumpyRandom(seed ?? Math.floor(hostRandom() * 2 ** 32));
  return { nSplits, shuffle: (values) => random.shuffle(values) };
}

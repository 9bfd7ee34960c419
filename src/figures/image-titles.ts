import { toNdArray, type ArrayLike, type NdArray } from "../arrays/ndarray.js";

export interface TitleOptions {
  /** A text above each picture. */
  titles?: readonly (string | number)[];
  /** The true class of each picture: `[n]` class indices, or `[n, classes]` one-hot. */
  labels?: ArrayLike;
  /**
   * The predicted class of each picture: `[n]` class indices, or `[n, classes]` probabilities as `predict` gives
   * them. With `labels` too, wrong ones are red and say the true class in brackets: `2 (7)`.
   */
  predictions?: ArrayLike;
  /** Names for the class indices of `labels` and `predictions`. */
  classNames?: readonly string[];
}

export interface ImageTitle {
  text: string;
  wrong: boolean;
}

/**
 * The titles that the options ask for, undefined if none.
 * @throws RangeError if there are not as many titles, labels or predictions as pictures, or a class has no name.
 */
export function imageTitles(count: number, options: TitleOptions): ImageTitle[] | undefined {
  const { titles, classNames } = options;
  if (titles) {
    checkCount("titles", titles.length, count);
    return titles.map((title) => ({ text: String(title), wrong: false }));
  }
  for (const [name, values] of Object.entries({ labels: options.labels, predictions: options.predictions }))
    refuseTexts(name, values);
  const labels = options.labels === undefined ? undefined : classIndices(options.labels, "labels");
  const predictions =
    options.predictions === undefined ? undefined : classIndices(options.predictions, "predictions");
  if (labels) checkCount("labels", labels.length, count);
  if (predictions) checkCount("predictions", predictions.length, count);
  const name = (index: number): string => className(index, classNames);
  if (!predictions) return labels?.map((label) => ({ text: name(label), wrong: false }));
  return predictions.map((predicted, n) => {
    const label = labels?.[n] ?? predicted;
    return label === predicted
      ? { text: name(predicted), wrong: false }
      : { text: `${name(predicted)} (${name(label)})`, wrong: true };
  });
}

/** Names in place of class numbers are an obvious thing to try. */
function refuseTexts(name: string, values: unknown): void {
  if (!Array.isArray(values) || typeof values[0] !== "string") return;
  throw new TypeError(
    `${name} are texts (${JSON.stringify(values[0])}, …). Expected class numbers, whose names go into classNames: ` +
      `{ ${name}: [0, 1], classNames: ["cat", "dog"] }. Any text above a picture: { titles: ["cat", "dog"] }.`,
  );
}

/**
 * Class indices from class indices `[n]` or `[n, 1]`, or from one-hot rows or probabilities `[n, classes]`.
 * @throws RangeError for another shape, NaN, or class indices that are not whole numbers from 0 up.
 */
export function classIndices(values: ArrayLike, name: string): number[] {
  const array = toNdArray(values);
  const nan = array.data.findIndex(Number.isNaN);
  if (nan >= 0) {
    throw new RangeError(`${name} contain NaN (at position ${nan}). A model that diverged predicts NaN.`);
  }
  if (array.rank === 2 && array.shape[1]! > 1)
    return Array.from({ length: array.length }, (_, n) => argMax(array.at(n)));
  if (array.rank !== 1 && array.rank !== 2) {
    throw new RangeError(
      `${name} must be class indices [n], or one-hot rows or probabilities [n, classes], ` +
        `but have the shape [${array.shape.join(", ")}].`,
    );
  }
  return Array.from(array.data, (value, n) => {
    if (!Number.isInteger(value) || value < 0) {
      throw new RangeError(
        `${name} must be class indices 0, 1, 2, …, but number ${n} is ${value}. ` +
          "For the output of a sigmoid, round it first: prediction.round().",
      );
    }
    return value;
  });
}

/** The name of a class, or its index if there are no names. */
export function className(index: number, classNames: readonly string[] | undefined): string {
  if (!classNames) return String(index);
  const name = classNames[index];
  if (name === undefined) {
    throw new RangeError(
      `Class ${index} has no name: classNames holds ${classNames.length}, for 0 to ${classNames.length - 1}.`,
    );
  }
  return name;
}

function argMax(row: NdArray): number {
  return row.data.indexOf(Math.max(...row.data));
}

function checkCount(name: string, got: number, expected: number): void {
  if (got !== expected) {
    throw new RangeError(
      `${got} ${name} were given for ${expected} pictures; there must be one for each picture.`,
    );
  }
}

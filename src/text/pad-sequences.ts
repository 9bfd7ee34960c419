import { NdArray, toNdArray, type ArrayLike as Numbers, type NumberArray } from "../arrays/ndarray.js";
import { Ragged } from "../arrays/ragged.js";

const types = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
};

export interface PadSequencesOptions {
  /** Length of the rows that come out. Default: that of the longest. */
  maxlen?: number | null;
  /** Default `"int32"`. Fractions become whole numbers towards 0 where the type has none, as in NumPy. */
  dtype?: keyof typeof types;
  /** Where shorter rows are filled up: before (`"pre"`, the default) or after what they hold. */
  padding?: "pre" | "post";
  /** Where longer rows lose steps: at their beginning (`"pre"`, the default) or their end. */
  truncating?: "pre" | "post";
  /** What rows are filled up with. Default 0. */
  value?: number;
}

/**
 * Makes rows equally long: `[[1], [2, 3]]` becomes `[[0, 1], [2, 3]]`. As Keras's `pad_sequences`
 * (https://keras.io/api/data_loading/timeseries/#pad_sequences-function).
 *
 * @param sequences Rows of numbers, or of vectors that are equally long: `Ragged`, or a list of arrays.
 * @returns `[rows, maxlen, …]` in JavaScript's memory; `fit` takes it, `toTensor` makes a tensor.
 * @throws TypeError for what is no row; RangeError for options that make no sense, numbers that `dtype` does not hold, or rows
 *   whose vectors differ in shape.
 *
 * @example
 * padSequences([[1, 14, 22], [7]], { padding: "post" }).toArray();      // [[1, 14, 22], [7, 0, 0]]
 */
export function padSequences(
  sequences: Ragged | readonly Numbers[],
  options: PadSequencesOptions = {},
): NdArray {
  const { dtype = "int32", padding = "pre", truncating = "pre", value = 0 } = options;
  for (const [name, given] of Object.entries({ padding, truncating }))
    if (given !== "pre" && given !== "post")
      throw new RangeError(`${name} is "pre" or "post", but ${JSON.stringify(given)} was given.`);
  if (!Object.hasOwn(types, dtype))
    throw new RangeError(`dtype is one of ${Object.keys(types).join(", ")}, but "${dtype}" was given.`);
  const count = sequences.length;
  const rowAt = (index: number): NdArray => readRow(sequences.at(index)!, index);
  const lengths = Array.from({ length: count }, (_, i) =>
    sequences instanceof Ragged ? sequences.offsets[i + 1]! - sequences.offsets[i]! : rowAt(i).length,
  );
  const first = lengths.findIndex((length) => length > 0);
  const vector = first === -1 ? [] : rowAt(first).shape.slice(1);
  const maxlen = options.maxlen ?? lengths.reduce((longest, length) => Math.max(longest, length), 0);
  if (!Number.isInteger(maxlen) || maxlen < 0 || (maxlen === 0 && options.maxlen != null))
    throw new RangeError(`maxlen is a whole number from 1 up, but ${maxlen} was given.`);

  const size = vector.reduce((product, length) => product * length, 1);
  const data = new types[dtype](count * maxlen * size);
  if (value !== 0) data.fill(checked([value], dtype, "value")[0]!);
  for (let i = 0; i < count; i++) {
    if (lengths[i] === 0) continue;
    const row = rowAt(i);
    if (row.shape.slice(1).join() !== vector.join())
      throw new RangeError(
        `The vectors of row ${i} have the shape [${row.shape.slice(1).join(", ")}], those before [${vector.join(", ")}].`,
      );
    const kept = truncating === "pre" ? row.slice(Math.max(0, row.length - maxlen)) : row.slice(0, maxlen);
    const skipped = padding === "pre" ? maxlen - kept.length : 0;
    data.set(checked(kept.data, dtype, `row ${i}`), (i * maxlen + skipped) * size);
  }
  return new NdArray<NumberArray>(data, [count, maxlen, ...vector]);
}

function readRow(row: Numbers, index: number): NdArray {
  const array = toNdArray(row);
  if (array.rank > 0) return array;
  throw new TypeError(
    `Expected rows of numbers, such as [[1, 2], [3]], but row ${index} is ${String(array.toArray())}.`,
  );
}

/** The numbers, if the type holds them. */
function checked<Data extends ArrayLike<number>>(
  numbers: Data,
  dtype: keyof typeof types,
  where: string,
): Data {
  if (dtype.startsWith("float") || numbers instanceof types[dtype]) return numbers;
  const bits = types[dtype].BYTES_PER_ELEMENT * 8;
  const [low, high] = dtype.startsWith("u") ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
  for (let i = 0; i < numbers.length; i++) {
    const number = Math.trunc(numbers[i]!);
    if (!(number >= low && number <= high))
      throw new RangeError(
        `${dtype} holds ${low} to ${high}, but ${where} has ${numbers[i]}. Choose another dtype.`,
      );
  }
  return numbers;
}

import { NdArray } from "../arrays/ndarray.js";
import { Ragged } from "../arrays/ragged.js";

/**
 * Which words occur in each row, as ones among zeros: `[[1, 3], [0, 0]]` becomes `[[0, 1, 0, 1], [1, 0, 0, 0]]`. As Keras's
 * `ops.multi_hot` (https://keras.io/api/ops/nn/#multi_hot-function), for rows that differ in length.
 *
 * @param sequences Rows of indices of words.
 * @param numClasses Number of columns; default: the highest index + 1.
 * @param dtype `"float32"` (default) for models; `"uint8"` takes a quarter of the memory.
 * @returns `[rows, numClasses]` in JavaScript's memory.
 * @throws RangeError for an index outside of 0..numClasses-1.
 *
 * @example
 * multiHot([[1, 3], [0, 0]], 10_000).shape;      // [2, 10000]
 */
export function multiHot(
  sequences: Ragged | Iterable<ArrayLike<number>>,
  numClasses?: number,
  dtype: "float32" | "uint8" = "float32",
): NdArray<Float32Array | Uint8Array> {
  const rows = sequences instanceof Ragged ? sequences : Ragged.from(sequences);
  const classes = numClasses ?? rows.values.reduce((highest, word) => Math.max(highest, word), -1) + 1;
  const data = new (dtype === "uint8" ? Uint8Array : Float32Array)(rows.length * classes);
  let start = 0;
  for (const row of rows) {
    for (const word of row) {
      if (word < 0 || word >= classes)
        throw new RangeError(
          `multiHot: row ${start / classes} holds ${word}, but with ${classes} columns indices are 0 to ${classes - 1}. ` +
            "Data sets of words take numWords.",
        );
      data[start + word] = 1;
    }
    start += classes;
  }
  return new NdArray<Float32Array | Uint8Array>(data, [rows.length, classes]);
}

import { isTensor, toNdArray, type ArrayLike } from "../ndarray.js";

/** What is used of nodejs-polars. */
interface Polars {
  DataFrame: (columns: never) => unknown;
  Series: (name: string, values: never, type?: never) => unknown;
  Bool: unknown;
}

/**
 * A data frame of Polars of a tensor or array `[rows, columns]`, a column each; of `[rows]`, a frame of one column. Types stay:
 * float32, int32, truth values, texts.
 *
 * @param pl nodejs-polars, as the notebook imports it: the frame is one of its own
 * @param columns the names; default `column_0`, `column_1`, … as Polars names them
 * @throws RangeError for another rank, or names that are not as many as columns, or one twice
 *
 * @example
 * const predictions = tf.tensor2d([[0.9, 0.1], [0.2, 0.8]]);
 * fromTensor(pl, predictions, { columns: ["cat", "dog"] }).writeCSV().toString();
 */
export function fromTensor<Pl extends Polars>(
  pl: Pl,
  values: ArrayLike,
  options: { columns?: readonly string[] } = {},
): ReturnType<Pl["DataFrame"]> {
  const isText = isTensor(values) && values.dtype === "string";
  const { data, shape } = isText
    ? { data: values.dataSync<"string">() as readonly string[], shape: values.shape }
    : toNdArray(values);
  if (shape.length !== 1 && shape.length !== 2)
    throw new RangeError(`A data frame has rows and columns, but the shape is [${shape.join(", ")}].`);
  const [rows, width = 1] = shape as [number, number?];
  const names = options.columns ?? Array.from({ length: width }, (_, i) => `column_${i}`);
  if (names.length !== width || new Set(names).size !== width)
    throw new RangeError(`There are ${width} columns, but their names are ${JSON.stringify(names)}.`);
  const isTruth = isTensor(values) && values.dtype === "bool";
  const series = names.map((name, column) => {
    const pick = (_: unknown, row: number): unknown => data[row * width + column];
    if (isText || isTruth) {
      const list = Array.from({ length: rows }, (each, row) =>
        isTruth ? Boolean(pick(each, row)) : pick(each, row),
      );
      return pl.Series(name, list as never, (isTruth ? pl.Bool : undefined) as never);
    }
    const Numbers = data.constructor as Float64ArrayConstructor;
    return pl.Series(name, Numbers.from({ length: rows }, pick as () => number) as never);
  });
  return pl.DataFrame(series as never) as ReturnType<Pl["DataFrame"]>;
}

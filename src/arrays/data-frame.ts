import { plainNumber } from "../tfjs/plain-number.js";

/** What is read of a `Series` of nodejs-polars. */
export interface Column {
  readonly name: string;
  readonly length: number;
  readonly dtype: { toString(): string };
  nullCount(): number;
  toArray(): unknown[];
  toString(): string;
  slice(start: number, length: number): Column;
}

/** What is read of a `DataFrame` of nodejs-polars. */
export interface DataFrame {
  getColumns(): Column[];
}

export const isColumn = (value: unknown): value is Column =>
  typeof value === "object" && value !== null && "nullCount" in value && "toArray" in value;

/** The columns, read such that their names hide nothing: a frame is a proxy, whose `width` is a column of that name. */
export const columnsOf = (frame: DataFrame): Column[] =>
  Object.values(Object.getOwnPropertyDescriptors(frame)).map(({ value }) => value as Column);

export const isDataFrame = (value: unknown): value is DataFrame =>
  typeof value === "object" && value !== null && Reflect.get(value, Symbol.toStringTag) === "DataFrame";

/** @throws TypeError for a gap or a text, with the column's name and the row */
export function numbersOfColumn(column: Column): Float64Array {
  const values = column.toArray();
  const numbers = new Float64Array(values.length);
  values.forEach((value, row) => {
    if (value === null)
      throw new TypeError(
        `Expected numbers, but row ${row} of the column "${column.name}" has none. Fill the gaps first ` +
          '(frame.fillNull("mean")), or leave their rows out (frame.dropNulls()).',
      );
    if (typeof value === "string" || value instanceof Date)
      throw new TypeError(
        `Expected numbers, but row ${row} of the column "${column.name}" is ${JSON.stringify(value)}. Turn the column ` +
          "into numbers first (series.toDummies() makes a column for each class), or leave it out (frame.drop(name)).",
      );
    numbers[row] = plainNumber(value, [row]);
    // Polars rounds whole numbers of 64 bits without a word.
    if (Math.abs(numbers[row]) > Number.MAX_SAFE_INTEGER && /Int64/.test(String(column.dtype)))
      throw new RangeError(
        `Numbers here are exact up to ${Number.MAX_SAFE_INTEGER}, but row ${row} of the column "${column.name}" is about ` +
          `${numbers[row]}. If it is an identifier and not a quantity, leave the column out (frame.drop(name)).`,
      );
  });
  return numbers;
}

/** The numbers row by row, and the shape `[rows, columns]`. */
export function numbersOfFrame(frame: DataFrame): [numbers: Float64Array, shape: [number, number]] {
  const columns = columnsOf(frame).map(numbersOfColumn);
  const rows = columns[0]?.length ?? 0;
  const numbers = new Float64Array(rows * columns.length);
  columns.forEach((column, index) => {
    column.forEach((value, row) => (numbers[row * columns.length + index] = value));
  });
  return [numbers, [rows, columns.length]];
}

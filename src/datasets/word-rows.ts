import { Ragged } from "../arrays/ragged.js";

/** What `loadData` of IMDB and Reuters does with the words: Keras's arguments. */
export interface WordOptions {
  /**
   * Only numbers below it are kept. Default, and with `null`: the largest number that there is, which leaves out that word
   * itself, as Keras does.
   */
  numWords?: number | null | undefined;
  /** Numbers below it are left out, the start among them. Default 0. */
  skipTop?: number;
  /** Only rows that are shorter than it are kept; the start counts. Default: all. Keras's page says they are cut, but they are not. */
  maxlen?: number | null | undefined;
  /** Of the order. Default 113. */
  seed?: number;
  /** What each row begins with. Default 1; `null` for nothing. */
  startChar?: number | null;
  /** What stands for words that are left out. Default 2; `null` removes them. */
  oovChar?: number | null;
  /** What is added to each word's rank: the most frequent word has the rank 1. Default 3. */
  indexFrom?: number;
}

/** Rows of word ranks, and their labels. */
export interface LabelledRows {
  rows: readonly (readonly number[])[];
  labels: readonly number[];
}

/** A file of word ranks; with the name of the file for errors. */
export function checkRows(
  objects: readonly unknown[],
  labels: ArrayLike<number>,
  name: string,
): LabelledRows {
  const isRow = (row: unknown): row is number[] =>
    Array.isArray(row) && row.every((word) => Number.isInteger(word));
  if (!objects.every(isRow)) throw new Error(`${name} holds other things than lists of whole numbers.`);
  if (objects.length !== labels.length)
    throw new Error(`${name} holds ${objects.length} rows, but ${labels.length} labels.`);
  return { rows: objects, labels: Array.from(labels) };
}

/** The rows in another order. */
export const reordered = ({ rows, labels }: LabelledRows, order: ArrayLike<number>): LabelledRows => ({
  rows: Array.from(order, (place) => rows[place]!),
  labels: Array.from(order, (place) => labels[place]!),
});

/** The start and the shift, then only those that are short enough. */
export function prepared(
  { rows, labels }: LabelledRows,
  { startChar = 1, indexFrom = 3, maxlen }: WordOptions,
): LabelledRows {
  const extra = startChar === null ? 0 : 1;
  const kept = rows.flatMap((row, i) => (!maxlen || row.length + extra < maxlen ? [i] : []));
  return {
    rows: kept.map((i) => {
      const row = rows[i]!.map((word) => word + indexFrom);
      if (startChar !== null) row.unshift(startChar);
      return row;
    }),
    labels: kept.map((i) => labels[i]!),
  };
}

/** The limits by which words are left out. */
export function limitsOf(
  parts: readonly LabelledRows[],
  { numWords, skipTop = 0 }: WordOptions,
): [number, number] {
  if (numWords) return [skipTop, numWords];
  let largest = 0;
  for (const { rows } of parts)
    for (const row of rows) for (const word of row) if (word > largest) largest = word;
  return [skipTop, largest];
}

/** The rows without the words outside of the limits, or with `oovChar` in their place. */
export function limited(
  rows: readonly (readonly number[])[],
  [from, to]: readonly [number, number],
  { oovChar = 2 }: WordOptions,
): Ragged {
  const size = rows.reduce((sum, row) => sum + row.length, 0);
  const values = new Int32Array(size);
  const offsets = new Uint32Array(rows.length + 1);
  let end = 0;
  rows.forEach((row, i) => {
    for (const word of row)
      if (word >= from && word < to) values[end++] = word;
      else if (oovChar !== null) values[end++] = oovChar;
    offsets[i + 1] = end;
  });
  return new Ragged(values.slice(0, end), offsets);
}

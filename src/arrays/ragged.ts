import { inspect } from "node:util";
import { displaySymbol, type MimeBundle } from "../host/host.js";
import { scrollingText } from "../host/scrolling-text.js";

/** So many rows, and so many numbers of a row, are printed at most. */
const printedRows = 10;
const printedNumbers = 20;

/**
 * Rows of whole numbers that differ in length: texts as the indices of their words.
 *
 * All numbers are in one typed array, `values`; row `i` is `values` from `offsets[i]` up to `offsets[i + 1]`. It lives in
 * JavaScript's memory and needs no `dispose`. `at`, `slice` and iteration give views of the same memory. Models take it after
 * `padSequences` (`[rows, steps]`) or `multiHot` (`[rows, words]`).
 *
 * @example
 * const rows = Ragged.from([[1, 14, 22], [1], []]);
 * rows.at(0);                                     // Int32Array [1, 14, 22]
 * rows.map((row) => row.filter((word) => word > 1)).toArray();    // [[14, 22], [], []]
 */
export class Ragged {
  readonly values: Int32Array;
  readonly offsets: Uint32Array;

  /**
   * @param values all numbers, row after row
   * @param offsets where each row begins, and where the last one ends: from 0 up to `values.length`, never falling
   * @throws RangeError if the offsets are not so
   */
  constructor(values: Int32Array, offsets: Uint32Array) {
    if (offsets[0] !== 0 || offsets.at(-1) !== values.length)
      throw new RangeError(
        `Offsets lead from 0 to the ${values.length} values, but these lead from ${offsets[0]} to ${offsets.at(-1)}.`,
      );
    const falling = offsets.findIndex((offset, i) => i > 0 && offset < offsets[i - 1]!);
    if (falling !== -1)
      throw new RangeError(
        `Offsets never fall, but number ${falling} is ${offsets[falling]} after ${offsets[falling - 1]}.`,
      );
    this.values = values;
    this.offsets = offsets;
  }

  /**
   * Copies rows.
   * @throws TypeError for what is no row, RangeError for numbers that are not whole or have more than 32 bits, with their place
   */
  static from(rows: Iterable<ArrayLike<number>>): Ragged {
    if (rows instanceof Ragged) return new Ragged(rows.values.slice(), rows.offsets.slice());
    const list = Array.from(rows);
    const offsets = new Uint32Array(list.length + 1);
    list.forEach((row, i) => {
      if (typeof row !== "object" || !Number.isInteger(row?.length))
        throw new TypeError(
          `Expected rows of whole numbers, such as [[1, 2], [3]], but row ${i} is ${inspect(row)}.`,
        );
      offsets[i + 1] = offsets[i]! + row.length;
    });
    const values = new Int32Array(offsets.at(-1)!);
    list.forEach((row, i) => {
      const start = offsets[i]!;
      for (let j = 0; j < row.length; j++) {
        const value: unknown = row[j];
        if (value !== (Number(value) | 0))
          throw new RangeError(
            `Rows hold whole numbers of 32 bits, but number ${j} of row ${i} is ${inspect(value)}.`,
          );
        values[start + j] = value;
      }
    });
    return new Ragged(values, offsets);
  }

  /** The number of rows. */
  get length(): number {
    return this.offsets.length - 1;
  }

  /** The length of each row. */
  get lengths(): Int32Array {
    return Int32Array.from({ length: this.length }, (_, i) => this.offsets[i + 1]! - this.offsets[i]!);
  }

  /**
   * Row `index`, a view; negative indices count from the end.
   * @throws RangeError if there is no such row
   */
  at(index: number): Int32Array {
    const position = index < 0 ? index + this.length : index;
    if (!Number.isInteger(position) || position < 0 || position >= this.length)
      throw new RangeError(`Index ${index} is outside of ${this.length} rows.`);
    return this.values.subarray(this.offsets[position], this.offsets[position + 1]);
  }

  *[Symbol.iterator](): Generator<Int32Array, void> {
    for (let i = 0; i < this.length; i++) yield this.at(i);
  }

  /** The rows from `start` up to, not including, `end`, a view; as `Array.prototype.slice`. */
  slice(start = 0, end = this.length): Ragged {
    const clamp = (n: number): number => Math.min(this.length, Math.max(0, n < 0 ? n + this.length : n));
    const from = clamp(Math.trunc(start));
    const to = Math.max(from, clamp(Math.trunc(end)));
    const offsets = this.offsets.subarray(from, to + 1);
    const first = offsets[0]!;
    return new Ragged(
      this.values.subarray(first, offsets.at(-1)),
      offsets.map((offset) => offset - first),
    );
  }

  /** Rows made of these; a new array. @throws what `Ragged.from` throws for the rows that `change` gives */
  map(change: (row: Int32Array, index: number) => ArrayLike<number>): Ragged {
    return Ragged.from(Array.from(this, change));
  }

  /** A copy of the rows at `indices`, in that order. @throws RangeError if there is no such row */
  gather(indices: ArrayLike<number>): Ragged {
    return Ragged.from(Array.from(indices, (index) => this.at(index)));
  }

  /** Nested JavaScript arrays. */
  toArray(): number[][] {
    return Array.from(this, (row) => Array.from(row));
  }

  toString(): string {
    const lines = Array.from(this.slice(0, printedRows), (row) => {
      const shown = row.subarray(0, printedNumbers).join(" ");
      return row.length > printedNumbers ? `[${shown} …] (${row.length})` : `[${shown}]`;
    });
    const more = this.length - lines.length;
    if (more > 0) lines.push(`… ${more.toLocaleString("en-US")} more rows`);
    return [this.header(), ...lines].join("\n");
  }

  /** Within other values without numbers. */
  [inspect.custom](depth: number | null, options: { depth?: number | null }): string {
    return depth === (options.depth ?? null) ? this.toString() : this.header();
  }

  [displaySymbol](): MimeBundle {
    return scrollingText(this.toString());
  }

  private header(): string {
    const [shortest, longest] = this.lengths.reduce(
      ([low, high], length) => [Math.min(low, length), Math.max(high, length)],
      [Infinity, 0],
    );
    const numbers =
      this.length === 0 ? "" : ` of ${shortest === longest ? longest : `${shortest} to ${longest}`} numbers`;
    return `Ragged, ${this.length.toLocaleString("en-US")} ${this.length === 1 ? "row" : "rows"}${numbers}`;
  }
}

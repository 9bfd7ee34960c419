import { inspect } from "node:util";
import type { Column } from "../data-frame.js";
import { plainNumber } from "../../tfjs/plain-number.js";
import type { DateUnit, EncodedColumn, Fill } from "./encoded-column.js";

const millisecondsOf: Record<DateUnit, number> = { days: 86_400_000, seconds: 1000, milliseconds: 1 };
/** Durations are handed over in their own unit. */
const perMillisecond: Record<string, number> = { ns: 1e6, μs: 1e3, us: 1e3, ms: 1 };

interface NumberOptions {
  fill: Fill | { category: string | number };
  dates: DateUnit | undefined;
  isNormal: boolean;
}

/** Keras's `Normalization` divides by no less. */
const epsilon = 1e-7;

/** Numbers, truth values, and dates as numbers. */
export class NumberColumn implements EncodedColumn {
  readonly names: readonly string[];
  readonly #dates: DateUnit | undefined;
  readonly #filling: number | undefined;
  readonly #mean: number = 0;
  readonly #scale: number = 1;

  constructor(column: Column, { fill, dates, isNormal }: NumberOptions) {
    this.names = [column.name];
    this.#dates = dates;
    if (typeof fill === "object")
      throw new TypeError(
        `The column "${column.name}" holds numbers, but its gaps are to be ${inspect(fill)}.`,
      );
    const all = numbersOf(column, dates);
    const known = all.filter((value) => value !== undefined);
    if (fill === "refuse" && known.length < all.length) refuseGap(column, all.indexOf(undefined));
    if (fill !== "refuse") this.#filling = typeof fill === "number" ? fill : middle(known, fill, column.name);
    if (!isNormal) return;
    const values = this.#filled(column);
    const mean = meanOf(values);
    this.#mean = mean;
    this.#scale = Math.max(epsilon, Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2))));
  }

  write(column: Column, target: Float64Array, offset: number, width: number): void {
    this.#filled(column).forEach((value, row) => {
      target[row * width + offset] = (value - this.#mean) / this.#scale;
    });
  }

  #filled(column: Column): number[] {
    return numbersOf(column, this.#dates).map(
      (value, row) => value ?? this.#filling ?? refuseGap(column, row),
    );
  }
}

function refuseGap(column: Column, row: number): never {
  throw new TypeError(
    `Row ${row} of the column "${column.name}" has no value. Choose what stands for gaps, as in ` +
      `nulls: { ${JSON.stringify(column.name)}: "mean" }, or leave such rows out (frame.dropNulls()).`,
  );
}

/** Undefined for gaps. @throws TypeError for what is no number, with its place */
function numbersOf(column: Column, dates: DateUnit | undefined): (number | undefined)[] {
  const { name } = column;
  const type = String(column.dtype);
  // Of durations the type always says milliseconds; what a column prints says the truth.
  const unit = /Duration/.test(type)
    ? (/\[duration\[(ns|μs|us|ms)\]\]/.exec(column.toString())?.[1] ?? "ms")
    : undefined;
  return column.toArray().map((value, row) => {
    if (value === null || value === undefined) return undefined;
    const isDate = value instanceof Date || unit !== undefined;
    if (isDate && dates === undefined)
      throw new TypeError(
        `Row ${row} of the column "${name}" is ${inspect(value)}, of ${type}. Choose what dates become, as in dates: "days".`,
      );
    if (value instanceof Date) return value.getTime() / millisecondsOf[dates!];
    if (typeof value === "string")
      throw new TypeError(
        `Row ${row} of the column "${name}" is ${JSON.stringify(value)}. Make numbers of its values by oneHot or codes, or ` +
          "leave the column out.",
      );
    const number = plainNumber(value, [row]);
    // Polars rounds those of 64 bits without a word.
    if (/Int64/.test(type) && Math.abs(number) > Number.MAX_SAFE_INTEGER)
      throw new RangeError(
        `Row ${row} of the column "${name}" is about ${number}, which no number holds exactly.`,
      );
    return unit === undefined ? number : number / perMillisecond[unit]! / millisecondsOf[dates!];
  });
}

function middle(values: readonly number[], kind: "mean" | "median", name: string): number {
  if (values.length === 0) throw new RangeError(`The column "${name}" has no values, so it has no ${kind}.`);
  if (kind === "mean") return meanOf(values);
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return (sorted[Math.ceil(half) - 1]! + sorted[Math.floor(half)]!) / 2;
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

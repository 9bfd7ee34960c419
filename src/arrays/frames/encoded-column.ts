import type { Column } from "../data-frame.js";

/** What stands for a gap among numbers: nothing (an error), the mean or the median of the column's others, or a number. */
export type Fill = "refuse" | "mean" | "median" | number;

/** Unit of dates since 1970-01-01, UTC. */
export type DateUnit = "days" | "seconds" | "milliseconds";

/** A column that has learned what it makes of its values. */
export interface EncodedColumn {
  /** Of the columns that it becomes. */
  readonly names: readonly string[];
  /** Writes row after row into `target`, whose rows are `width` numbers long, from `offset` on. */
  write(column: Column, target: Float64Array, offset: number, width: number): void;
}

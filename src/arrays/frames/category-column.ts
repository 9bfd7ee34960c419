import { inspect } from "node:util";
import type { Column } from "../data-frame.js";
import type { EncodedColumn, Fill } from "./encoded-column.js";

type Category = string | number | bigint | boolean;

interface CategoryOptions {
  isOneHot: boolean;
  fill: Fill | { category: string | number };
  unknown: "refuse" | "ignore";
}

/** Values that stand for classes: a column for each, or the place of each in their order. */
export class CategoryColumn implements EncodedColumn {
  readonly names: readonly string[];
  readonly #places: ReadonlyMap<Category, number>;

  constructor(
    column: Column,
    private readonly options: CategoryOptions,
  ) {
    const { fill } = options;
    if (fill !== "refuse" && typeof fill !== "object")
      throw new TypeError(
        `The column "${column.name}" holds classes, so its gaps cannot become ${inspect(fill)}. Name a class, as in ` +
          `nulls: { ${JSON.stringify(column.name)}: { category: "other" } }.`,
      );
    const found = [...new Set(this.#valuesOf(column))].toSorted(compare);
    this.#places = new Map(found.map((value, place) => [value, place]));
    this.names = options.isOneHot ? found.map((value) => `${column.name}_${value}`) : [column.name];
  }

  write(column: Column, target: Float64Array, offset: number, width: number): void {
    const { isOneHot, unknown } = this.options;
    this.#valuesOf(column).forEach((value, row) => {
      const place = this.#places.get(value);
      if (place !== undefined) target[row * width + offset + (isOneHot ? place : 0)] = isOneHot ? 1 : place;
      else if (unknown === "refuse" || !isOneHot)
        throw new RangeError(
          `Row ${row} of the column "${column.name}" is ${inspect(value)}, which was not there when its classes were learned.` +
            (isOneHot ? ' With unknown: "ignore" all its columns are 0.' : ""),
        );
    });
  }

  #valuesOf(column: Column): Category[] {
    const { fill } = this.options;
    return column.toArray().map((value, row) => {
      if (value === null || value === undefined) {
        if (typeof fill === "object") return fill.category;
        throw new TypeError(
          `Row ${row} of the column "${column.name}" has no value. Name the class that stands for gaps, as in ` +
            `nulls: { ${JSON.stringify(column.name)}: { category: "other" } }, or leave such rows out (frame.dropNulls()).`,
        );
      }
      if (typeof value === "object" || (typeof value === "number" && Number.isNaN(value)))
        throw new TypeError(
          `Row ${row} of the column "${column.name}" is ${inspect(value)}, which is no class.`,
        );
      return value as Category;
    });
  }
}

/** Numbers by size, texts by code unit. */
const compare = (a: Category, b: Category): number => (a < b ? -1 : a > b ? 1 : 0);

import type { Tensor } from "@tensorflow/tfjs";
import { columnsOf, isColumn, type Column, type DataFrame } from "../data-frame.js";
import { NdArray } from "../ndarray.js";
import { CategoryColumn } from "./category-column.js";
import type { DateUnit, EncodedColumn, Fill } from "./encoded-column.js";
import { NumberColumn } from "./number-column.js";

export interface FrameEncoderOptions {
  /** Which columns, in this order. Default: all. */
  columns?: readonly string[];
  /** Columns of which each value becomes a column of its own, of zeros and ones. */
  oneHot?: readonly string[];
  /** Columns of which each value becomes its place among the sorted values: 0, 1, 2, … */
  codes?: readonly string[];
  /** Brings numbers to mean 0 and variance 1, as Keras's `Normalization`: all that are numbers, or those named. Default false. */
  normalize?: boolean | readonly string[];
  /** What stands for gaps: in all columns of numbers, or by column; in one of classes, a class. Default `"refuse"`. */
  nulls?: Fill | Readonly<Record<string, Fill | { category: string | number }>>;
  /** What dates and durations become. Default: an error. */
  dates?: DateUnit;
  /** Values in a column of `oneHot` that were not there before: an error (`"refuse"`, the default), or all zeros (`"ignore"`). */
  unknown?: "refuse" | "ignore";
}

/**
 * Makes numbers of the columns of a data frame, for test data as it has learned from training data: classes, means, fillings.
 *
 * @example
 * const cars = pl.DataFrame({ mpg: [18, 15, 36], weight: [3504, 3693, 1836], origin: ["USA", "USA", "Japan"] });
 * const encoder = new FrameEncoder({ columns: ["weight", "origin"], oneHot: ["origin"], normalize: true });
 * const x = encoder.adapt(cars).apply(cars); // [3, 3]
 * encoder.names; // weight, origin_Japan, origin_USA
 */
export class FrameEncoder {
  readonly #options: FrameEncoderOptions;
  #columns: Map<string, EncodedColumn> | undefined;

  /** @throws RangeError for a column that is in `oneHot` and in `codes` */
  constructor(options: FrameEncoderOptions = {}) {
    const { oneHot = [], codes = [] } = options;
    const both = oneHot.find((name) => codes.includes(name));
    if (both !== undefined)
      throw new RangeError(`The column "${both}" is in oneHot and in codes: choose one.`);
    this.#options = options;
  }

  /**
   * Learns from a frame, or from one column (a series).
   * @throws RangeError for a column that is not there; TypeError for values that are no numbers and have no choice, with their place
   */
  adapt(data: DataFrame | Column): this {
    const columns = namedColumns(data);
    const names = this.#options.columns ?? [...columns.keys()];
    const { oneHot = [], codes = [], normalize = false } = this.#options;
    for (const name of [...oneHot, ...codes, ...(typeof normalize === "boolean" ? [] : normalize)])
      if (!names.includes(name)) throw missing(name, names);
    this.#columns = new Map(
      names.map((name) => [name, this.#encoded(columns.get(name) ?? fail(name, columns))]),
    );
    return this;
  }

  /** The names of the columns that come out. */
  get names(): string[] {
    return [...this.#adapted().values()].flatMap(({ names }) => names);
  }

  /**
   * The numbers of a frame `[rows, columns]`, or of a series `[rows]` (`[rows, classes]` if it is one-hot).
   * @throws as `adapt`; Error before `adapt`; RangeError for a class that was not there
   */
  apply(data: DataFrame | Column): NdArray<Float64Array> {
    const adapted = this.#adapted();
    const columns = namedColumns(data);
    const width = this.names.length;
    const rows = [...columns.values()][0]?.length ?? 0;
    const target = new Float64Array(rows * width);
    let offset = 0;
    for (const [name, encoded] of adapted) {
      encoded.write(columns.get(name) ?? fail(name, columns), target, offset, width);
      offset += encoded.names.length;
    }
    return new NdArray(target, isColumn(data) && width === 1 ? [rows] : [rows, width]);
  }

  #adapted(): Map<string, EncodedColumn> {
    if (this.#columns) return this.#columns;
    throw new Error("This FrameEncoder has learned no columns yet: call adapt(frame) first.");
  }

  #encoded(column: Column): EncodedColumn {
    const { oneHot = [], codes = [], normalize = false, nulls = "refuse", dates, unknown } = this.#options;
    const { name } = column;
    const fill = typeof nulls === "object" ? (nulls[name] ?? "refuse") : nulls;
    if (oneHot.includes(name) || codes.includes(name))
      return new CategoryColumn(column, {
        isOneHot: oneHot.includes(name),
        // What is said of all columns is said of numbers.
        fill: typeof nulls === "object" ? fill : "refuse",
        unknown: unknown ?? "refuse",
      });
    const isNormal = normalize === true || (normalize !== false && normalize.includes(name));
    return new NumberColumn(column, { fill, dates, isNormal });
  }
}

/** By name; of one series alone, its column. */
function namedColumns(data: DataFrame | Column): Map<string, Column> {
  const columns = isColumn(data) ? [data] : columnsOf(data);
  return new Map(columns.map((column) => [column.name, column]));
}

const missing = (name: string, names: readonly string[]): RangeError =>
  new RangeError(`There is no column "${name}" among ${names.map((each) => `"${each}"`).join(", ")}.`);

function fail(name: string, columns: ReadonlyMap<string, Column>): never {
  throw missing(name, [...columns.keys()]);
}

export interface ToTensorOptions extends Omit<FrameEncoderOptions, "unknown"> {
  /** Default `"float32"`. The others are refused where a number does not fit. */
  dtype?: "float32" | "int32" | "bool";
}

/**
 * A tensor of a data frame of Polars `[rows, columns]`, or of a series `[rows]`, which the caller disposes. Numbers of all types
 * and truth values are taken as they are; gaps, texts, categories and dates are refused unless an option says what they become.
 *
 * @throws as `FrameEncoder`; RangeError for numbers that `dtype` does not hold
 *
 * @example
 * const frame = pl.DataFrame({ hours: [1, 2, null], kind: ["a", "b", "a"] });
 * toTensor(frame, { oneHot: ["kind"], nulls: { hours: "mean" } }).print(); // hours, kind_a, kind_b
 * toTensor(frame.getColumn("kind"), { codes: ["kind"], dtype: "int32" }).print(); // 0, 1, 0
 */
export function toTensor(data: DataFrame | Column, options: ToTensorOptions = {}): Tensor {
  const encoder = new FrameEncoder(options).adapt(data);
  const array = encoder.apply(data);
  const { dtype = "float32" } = options;
  if (dtype !== "float32") {
    const [low, high] = dtype === "bool" ? [0, 1] : [-(2 ** 31), 2 ** 31 - 1];
    const wrong = array.data.findIndex(
      (value) => !(Number.isInteger(value) && value >= low && value <= high),
    );
    if (wrong !== -1) {
      const { names } = encoder;
      throw new RangeError(
        `${dtype} holds whole numbers from ${low} to ${high}, but row ${Math.floor(wrong / names.length)} of ` +
          `"${names[wrong % names.length]}" is ${array.data[wrong]}.`,
      );
    }
  }
  return array.toTensor(dtype);
}

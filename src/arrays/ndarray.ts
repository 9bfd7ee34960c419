import { inspect } from "node:util";
import type { DataType, Tensor } from "@tensorflow/tfjs";
import {
  isColumn,
  isDataFrame,
  numbersOfColumn,
  numbersOfFrame,
  type Column,
  type DataFrame,
} from "./data-frame.js";
import { Ragged } from "./ragged.js";
import { displaySymbol, type MimeBundle } from "../host/host.js";
import { scrollingText } from "../host/scrolling-text.js";
import { tf } from "../tfjs/native.js";
import { plainNumber } from "../tfjs/plain-number.js";
import { tensorFromChunks } from "../tfjs/tensor-from-chunks.js";

/** The typed arrays that hold the numbers of an `NdArray`. */
export type NumberArray =
  | Uint8Array
  | Uint8ClampedArray
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** Numbers in JavaScript arrays, nested to any depth. */
export type NestedNumbers = number | bigint | boolean | readonly NestedNumbers[];

/** Everything that `toNdArray` reads: tensors, anything with `data` and `shape`, typed and nested arrays, data frames. */
export type ArrayLike =
  | Tensor
  // By its type, what a model predicts may be one tensor or a list of them.
  | readonly Tensor[]
  | { data: NumberArray; shape: readonly number[] }
  | NumberArray
  | BigInt64Array
  | BigUint64Array
  | DataFrame
  | Column
  | NestedNumbers;

/** Numbers that are divided only when somebody looks, or on their way into a tensor. */
class Quotients {
  constructor(
    private readonly dividends: NumberArray,
    private readonly divisor: number,
  ) {}

  get length(): number {
    return this.dividends.length;
  }

  /** Writes those from `start` on into `target`. */
  readonly write = (target: Float32Array, start: number): void => {
    const { dividends, divisor } = this;
    for (let i = 0; i < target.length; i++) target[i] = dividends[start + i]! / divisor;
  };

  all(): Float32Array {
    const numbers = new Float32Array(this.length);
    this.write(numbers, 0);
    return numbers;
  }
}

/**
 * Numbers in one typed array, with a shape: what a dataset is made of before it becomes a tensor.
 *
 * It lives in JavaScript's memory and needs no `dispose`; only `toTensor` makes a tensor, and that belongs to
 * the caller. `at` and `slice` are views of the same memory. Shown in a notebook it prints its numbers in
 * columns, as NumPy does.
 *
 * @example
 * const { xTrain } = await datasets.mnist.loadData();
 * xTrain.at(0);                                                   // a 28x28 matrix
 * const x = xTrain.divide(255).reshape([-1, 784]).toTensor();     // float32, 0..1, [60000, 784]
 */
export class NdArray<Data extends NumberArray = NumberArray> {
  readonly shape: readonly number[];
  #numbers: Data | Quotients;

  /** @throws RangeError if `shape` does not hold exactly `data.length` numbers. */
  constructor(data: Data | Quotients, shape: readonly number[] = [data.length]) {
    if (product(shape) !== data.length) {
      throw new RangeError(
        `The shape [${shape.join(", ")}] holds ${product(shape)} numbers, but ${data.length} were given.`,
      );
    }
    this.#numbers = data;
    this.shape = shape;
  }

  get data(): Data {
    // What is divided has floats for `Data`.
    if (this.#numbers instanceof Quotients) this.#numbers = this.#numbers.all() as Data;
    return this.#numbers;
  }

  get rank(): number {
    return this.shape.length;
  }

  /** The length of the first axis. */
  get length(): number {
    return this.shape[0] ?? 1;
  }

  /** The part at `index` of the first axis, a view; negative indices count from the end. */
  at(index: number): NdArray<Data> {
    const position = index < 0 ? index + this.length : index;
    if (!Number.isInteger(position) || position < 0 || position >= this.length) {
      throw new RangeError(`Index ${index} is outside of an array with ${this.length} rows.`);
    }
    return new NdArray(this.rows(position, position + 1), this.shape.slice(1));
  }

  /** The parts from `start` up to, not including, `end` of the first axis, a view; as `Array.prototype.slice`. */
  slice(start = 0, end = this.length): NdArray<Data> {
    const clamp = (n: number): number => Math.min(this.length, Math.max(0, n < 0 ? n + this.length : n));
    const from = clamp(start);
    const to = Math.max(from, clamp(end));
    return new NdArray(this.rows(from, to), [to - from, ...this.shape.slice(1)]);
  }

  /** A copy of the rows at `indices` of the first axis, in that order. */
  gather(indices: ArrayLike): NdArray<Data> {
    const positions = toNdArray(indices).data;
    const size = product(this.shape.slice(1));
    const Constructor = this.data.constructor as new (length: number) => Data;
    const data = new Constructor(positions.length * size);
    positions.forEach((position, row) => data.set(this.at(position).data, row * size));
    return new NdArray(data, [positions.length, ...this.shape.slice(1)]);
  }

  /** The same numbers in another shape; one length may be -1 and is worked out from the others. */
  reshape(shape: readonly number[]): NdArray<Data> {
    const known = product(shape.filter((length) => length !== -1));
    const { length: size } = this.#numbers;
    return new NdArray(
      this.#numbers,
      shape.map((length) => (length === -1 ? Math.floor(size / known) : length)),
    );
  }

  /**
   * A new float32 array with every number divided by `divisor`: `divide(255)` brings bytes to 0..1. It is worked out when it
   * is looked at; `toTensor` of it needs no memory in JavaScript. Change this array's numbers only after that.
   */
  divide(divisor: number): NdArray<Float32Array> {
    return new NdArray<Float32Array>(new Quotients(this.data, divisor), this.shape);
  }

  /** How often each of the integers 0, 1, 2, … occurs: `yTrain.counts()` is the number of samples per class. */
  counts(): number[] {
    const counts: number[] = [];
    for (const value of this.data) {
      if (!Number.isInteger(value) || value < 0) {
        throw new RangeError(`counts() needs integers from 0 up, but ${value} is among the values.`);
      }
      while (counts.length <= value) counts.push(0);
      counts[value]!++;
    }
    return counts;
  }

  /** A tensor of these numbers, which the caller disposes. `dtype` is float32 for float arrays, else int32. */
  toTensor(dtype: "float32" | "int32" | "bool" = this.isFloat ? "float32" : "int32"): Tensor {
    if (this.#numbers instanceof Quotients && dtype === "float32")
      return tensorFromChunks(this.shape, this.#numbers.write);
    // TensorFlow.js has no numbers of 64 bits.
    const data: NumberArray = this.data instanceof Float64Array ? new Float32Array(this.data) : this.data;
    return tf.tensor(data, [...this.shape], dtype);
  }

  /** Nested JavaScript arrays; a plain number for an array without axes. */
  toArray(): NestedNumbers {
    return this.rank === 0
      ? this.data[0]!
      : Array.from({ length: this.length }, (_, i) => this.at(i).toArray());
  }

  /** Whether the numbers are stored as floating point. */
  get isFloat(): boolean {
    const numbers = this.#numbers;
    return numbers instanceof Quotients || numbers instanceof Float32Array || numbers instanceof Float64Array;
  }

  toString(): string {
    return format(this);
  }

  /** Within other values without numbers. */
  [inspect.custom](depth: number | null, options: { depth?: number | null }): string {
    return depth === (options.depth ?? null) ? format(this) : header(this);
  }

  [displaySymbol](): MimeBundle {
    return scrollingText(format(this));
  }

  private rows(start: number, end: number): Data {
    const size = product(this.shape.slice(1));
    return this.data.subarray(start * size, end * size) as Data;
  }
}

/**
 * Reads numbers from any of the forms people have them in. Tensors are read back synchronously and stay alive;
 * typed arrays and the `data` of objects are not copied.
 *
 * @throws TypeError if nested arrays are ragged or hold something else than numbers.
 */
export function toNdArray(value: ArrayLike): NdArray {
  if (value instanceof NdArray) return value;
  if (isTensors(value)) {
    if (value.length > 1)
      throw new TypeError(
        `Expected one tensor, but got ${value.length} in an array: choose one by its index.`,
      );
    return toNdArray(value[0]!);
  }
  if (isTensor(value)) return new NdArray(value.dataSync<DataType>() as NumberArray, value.shape);
  if (value instanceof BigInt64Array || value instanceof BigUint64Array)
    return new NdArray(Float64Array.from(value as Iterable<bigint>, (each, i) => plainNumber(each, [i])));
  if (ArrayBuffer.isView(value)) return new NdArray(isHalf(value) ? Float32Array.from(value) : value);
  if ((value as unknown) instanceof Ragged)
    throw new TypeError(
      "Rows that differ in length are no array yet. padSequences(rows) makes them equally long, multiHot(rows) counts words.",
    );
  if (isColumn(value)) return new NdArray(numbersOfColumn(value));
  if (isDataFrame(value)) return new NdArray(...numbersOfFrame(value));
  if (typeof value === "object" && "data" in value) return new NdArray(value.data, value.shape);
  const shape = nestedShape(value);
  const data = new Float64Array(product(shape));
  let position = 0;
  const path: number[] = [];
  const fill = (part: NestedNumbers, axis: number): void => {
    if (axis === shape.length) {
      data[position++] = plainNumber(part, path);
      return;
    }
    if (!Array.isArray(part))
      throw new TypeError(`Expected nested arrays of numbers, but found ${inspect(part)} among them.`);
    if (part.length !== shape[axis]) {
      throw new TypeError(
        `The nested arrays are ragged: a part has ${part.length} elements where the first has ${shape[axis] ?? 0}.`,
      );
    }
    for (path[axis] = 0; path[axis] < part.length; path[axis]++) fill(part[path[axis]], axis + 1);
    path.length = axis;
  };
  fill(value, 0);
  return new NdArray(data, shape);
}

/** Node 24 and later have arrays of 16-bit floats, which nothing here calculates with. */
const isHalf = (value: ArrayBufferView): boolean => value.constructor.name === "Float16Array";

/** Whether `value` is a TensorFlow.js tensor or variable, of whichever copy of the library. */
export function isTensor(value: unknown): value is Tensor {
  return typeof value === "object" && value !== null && "dataSync" in value && "shape" in value;
}

const isTensors = (value: ArrayLike): value is readonly Tensor[] =>
  Array.isArray(value) && isTensor(value[0]);

function product(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}

function nestedShape(value: NestedNumbers): number[] {
  const shape: number[] = [];
  for (let part: NestedNumbers | undefined = value; Array.isArray(part); part = part[0])
    shape.push(part.length);
  return shape;
}

const typeNames: Record<string, string> = {
  Uint8Array: "uint8",
  Uint8ClampedArray: "uint8",
  Int8Array: "int8",
  Uint16Array: "uint16",
  Int16Array: "int16",
  Uint32Array: "uint32",
  Int32Array: "int32",
  Float32Array: "float32",
  Float64Array: "float64",
};

/** So many rows at most are printed; of a longer matrix only the first ones. */
const printedRows = 60;
const firstRows = 10;

const header = ({ data, shape }: NdArray): string =>
  `${typeNames[data.constructor.name] ?? data.constructor.name} [${shape.join(", ")}]`;

/** As NumPy prints: numbers right-aligned in columns, higher axes as blocks. */
function format(array: NdArray): string {
  const name = header(array);
  const size = array.shape.at(-1) ?? 1;
  const rowCount = size === 0 ? 0 : array.data.length / size;
  const text = (value: number): string =>
    array.isFloat ? String(Number(value.toPrecision(4))) : String(value);
  if (array.rank <= 1) {
    const shown = Array.from(array.data.subarray(0, 100), text).join(" ");
    return `${name}\n${shown}${array.data.length > 100 ? " …" : ""}`;
  }
  const rowsPerBlock = array.shape.at(-2) ?? 1;
  const blocks = Math.floor(printedRows / rowsPerBlock);
  const shown = Math.min(rowCount, blocks > 0 ? blocks * rowsPerBlock : firstRows);
  const cells = Array.from(array.data.subarray(0, shown * size), text);
  const width = Math.max(...cells.map((cell) => cell.length), 0);
  const lines: string[] = [name];
  for (let row = 0; row < shown; row++) {
    if (row > 0 && row % rowsPerBlock === 0) lines.push("");
    lines.push(
      cells
        .slice(row * size, (row + 1) * size)
        .map((cell) => cell.padStart(width))
        .join(" "),
    );
  }
  if (shown < rowCount) {
    const [unit, what] = array.rank === 2 ? [1, "rows"] : [rowsPerBlock, "matrices"];
    lines.push(`… ${((rowCount - shown) / unit).toLocaleString("en-US")} more ${what}`);
  }
  return lines.join("\n");
}

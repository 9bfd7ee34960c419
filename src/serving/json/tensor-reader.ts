import { invalid } from "../status.js";
import { isSameShape, shapeText, sizeOf, typeInfo, type DataType, type Tensor } from "../tensors.js";
import type { JsonCursor, JsonType } from "./cursor.js";
import { ValueBuffer } from "./value-buffer.js";

/** TensorFlow itself has no tensors of more dimensions. */
const mostDimensions = 254;

/** Reads values of one input, one tensor after the other, into one buffer. */
export class TensorReader {
  readonly #values: ValueBuffer;
  /** Of the tensor that is being read: the length of each dimension, -1 while its first list is not at its end. */
  #shape: number[] = [];
  /** At which depth its values are; -1 before the first. */
  #leaves = -1;
  #cursor: JsonCursor;

  constructor(
    cursor: JsonCursor,
    readonly dtype: DataType,
    /** A shape that is likely, to make room for. */
    likely: readonly number[] | undefined,
  ) {
    this.#cursor = cursor;
    this.#values = new ValueBuffer(dtype, likely ? sizeOf(likely.map(Math.abs)) : 16);
  }

  /** Reads the value that comes next, dense lists of lists. Returns its shape. */
  read(): number[] {
    this.#shape = [];
    this.#leaves = -1;
    this.#readLevel(0);
    return this.#shape.slice();
  }

  /** How many values there are by now. */
  get count(): number {
    return this.#values.count;
  }

  tensor(shape: number[]): Tensor {
    return { dtype: this.dtype, shape, bytes: this.#values.bytes() };
  }

  #readLevel(level: number): void {
    const cursor = this.#cursor;
    const type = cursor.type();
    if (type !== "Array") {
      if (this.#leaves < 0) {
        if (this.#shape.length > level) this.#atWrongLevel(level);
        this.#leaves = level;
      } else if (level !== this.#leaves) this.#atWrongLevel(level);
      this.#readValue(type);
      return;
    }
    if (level >= mostDimensions) throw invalid(`Lists are nested deeper than ${mostDimensions} levels`);
    const isNew = level === this.#shape.length;
    if (this.#leaves >= 0 && level >= this.#leaves)
      throw invalid(`Encountered list at unexpected level: ${level} expected < ${this.#leaves}`);
    if (isNew && this.#shape.some((length) => length === 0))
      throw invalid(`Encountered list at unexpected level: ${level} expected < ${this.#shape.length}`);
    if (isNew) this.#shape.push(-1);
    const length = cursor.open() ? this.#readElements(level) : 0;
    if (this.#shape[level] === -1) this.#shape[level] = length;
    else if (this.#shape[level] !== length)
      throw invalid(
        `Encountered list at unexpected size: ${length} at level: ${level} expected size: ${this.#shape[level]}`,
      );
  }

  /** Returns how many there are. */
  #readElements(level: number): number {
    const cursor = this.#cursor;
    const values = this.#values;
    // The innermost lists of numbers are nearly all of a request.
    const isFast = this.#leaves === level + 1 && typeInfo(this.dtype).kind === "float";
    const single = this.dtype === "float";
    let length = 0;
    do {
      const type = cursor.type();
      if (isFast && type === "Number") length += cursor.numbers(values, single);
      else {
        this.#readLevel(level + 1);
        length++;
      }
    } while (cursor.next(true));
    return length;
  }

  #atWrongLevel(level: number): never {
    throw invalid(
      `JSON Value: ${this.#cursor.excerpt(this.#cursor.at)} found at incorrect level: ${level + 1} in the JSON DOM. ` +
        `Expected at level: ${this.#leaves < 0 ? this.#shape.length : this.#leaves}`,
    );
  }

  #readValue(type: JsonType): void {
    const cursor = this.#cursor;
    const { kind } = typeInfo(this.dtype);
    const start = cursor.at;
    const isRight =
      kind === "string"
        ? type === "String" || type === "Object"
        : kind === "bool"
          ? type === "True" || type === "False"
          : type === "Number";
    if (!isRight) this.#ofWrongType(start, type);
    if (type === "String") this.#values.addText(Buffer.from(cursor.string()));
    else if (type === "Object") this.#values.addText(readBase64(cursor));
    else if (kind === "bool") this.#values.addInteger(cursor.literal() ? 1 : 0);
    else if (kind === "float") this.#values.addFloat(cursor.number(this.dtype === "float"));
    else {
      const value = cursor.number();
      const { range } = typeInfo(this.dtype);
      if (!cursor.isInteger) this.#ofWrongType(start, type);
      const exact = Number.isSafeInteger(value) ? value : BigInt(cursor.numberText());
      if (exact < range![0] || exact > range![1]) this.#ofWrongType(start, type);
      this.#values.addInteger(exact);
    }
  }

  #ofWrongType(start: number, type: JsonType): never {
    throw invalid(
      `JSON Value: ${this.#cursor.excerpt(start)} Type: ${type} is not of expected type: ${this.dtype}`,
    );
  }
}

/** Whether the object that comes next is `{"b64": "..."}`. */
export function isBase64(cursor: JsonCursor): boolean {
  const start = cursor.at;
  try {
    if (cursor.type() !== "Object" || !cursor.open() || cursor.key() !== "b64") return false;
    if (cursor.type() !== "String") return false;
    cursor.skipString();
    return !cursor.next(false);
  } finally {
    cursor.at = start;
  }
}

/** Reads the bytes of `{"b64": "..."}`. */
export function readBase64(cursor: JsonCursor): Buffer {
  const start = cursor.at;
  if (!isBase64(cursor))
    throw invalid(`JSON Value: ${cursor.excerpt(start)} not formatted correctly for base64 data`);
  cursor.type();
  cursor.open();
  cursor.key();
  cursor.type();
  const text = cursor.string();
  cursor.next(false);
  if (!/^[\w+/-]*={0,2}$/.test(text) || text.replace(/=+$/, "").length % 4 === 1)
    throw invalid("Unable to base64 decode");
  return Buffer.from(text, "base64");
}

/** Reads tensors of one shape, one after the other, which become the rows of one. */
export class RowReader {
  readonly #reader: TensorReader;
  #shape: number[] | undefined;
  #size = 0;
  rows = 0;

  constructor(cursor: JsonCursor, dtype: DataType, likely: readonly number[] | undefined) {
    this.#reader = new TensorReader(cursor, dtype, likely);
  }

  readRow(): void {
    const before = this.#reader.count;
    const shape = this.#reader.read();
    const size = this.#reader.count - before;
    if (!this.#shape) {
      this.#shape = shape;
      this.#size = size;
    } else if (size !== this.#size) throw invalid(`Expecting tensor size: ${this.#size} but got: ${size}`);
    else if (!isSameShape(shape, this.#shape))
      throw invalid(`Expecting shape ${shapeText(this.#shape)} but got: ${shapeText(shape)}`);
    this.rows++;
  }

  tensor(): Tensor {
    return this.#reader.tensor([this.rows, ...this.#shape!]);
  }
}

import { isTensor, toNdArray, type ArrayLike, type NumberArray } from "../ndarray.js";
import type { NumpyDtype } from "../numpy-dtype.js";
import { toHalf } from "./half.js";
import type { Shaped } from "./npy-file.js";

/** Types that are written, by NumPy's names. */
const types = {
  bool: { kind: "b", array: Uint8Array, low: 0, high: 1 },
  int8: { kind: "i", array: Int8Array, low: -(2 ** 7), high: 2 ** 7 - 1 },
  uint8: { kind: "u", array: Uint8Array, low: 0, high: 2 ** 8 - 1 },
  int16: { kind: "i", array: Int16Array, low: -(2 ** 15), high: 2 ** 15 - 1 },
  uint16: { kind: "u", array: Uint16Array, low: 0, high: 2 ** 16 - 1 },
  int32: { kind: "i", array: Int32Array, low: -(2 ** 31), high: 2 ** 31 - 1 },
  uint32: { kind: "u", array: Uint32Array, low: 0, high: 2 ** 32 - 1 },
  int64: { kind: "i", array: BigInt64Array, low: -(2 ** 53), high: 2 ** 53 },
  uint64: { kind: "u", array: BigUint64Array, low: 0, high: 2 ** 53 },
  float16: { kind: "f", array: Uint16Array, low: -Infinity, high: Infinity },
  float32: { kind: "f", array: Float32Array, low: -Infinity, high: Infinity },
  float64: { kind: "f", array: Float64Array, low: -Infinity, high: Infinity },
} as const;

/** What a number becomes in a file. */
export type NpyDtype = keyof typeof types;

/** Texts in arrays, nested to any depth. */
export type NestedTexts = string | readonly NestedTexts[];

/** What can be saved: all that `toNdArray` reads, whole numbers of 64 bits as they are, and texts. */
export type Saveable =
  ArrayLike | NestedTexts | Shaped<readonly string[]> | Shaped<BigInt64Array | BigUint64Array>;

/** An array as a file has it. */
export interface Encoded {
  dtype: NumpyDtype;
  shape: readonly number[];
  bytes: Uint8Array;
}

/**
 * @throws TypeError for what is neither numbers nor texts, or mixed; RangeError for numbers that `dtype` does not hold
 */
export function encode(value: Saveable, dtype?: NpyDtype): Encoded {
  const texts = textsIn(value);
  if (texts) return encodeTexts(texts);
  const { data, shape } = bigIntsIn(value) ?? toNdArray(value as ArrayLike);
  const type = dtype ?? (isTensor(value) && value.dtype === "bool" ? "bool" : typeOf(data));
  if (!Object.hasOwn(types, type))
    throw new RangeError(
      `dtype is one of ${Object.keys(types).join(", ")}, but ${JSON.stringify(type)} was given.`,
    );
  const count = shape.reduce((product, length) => product * length, 1);
  if (count !== data.length)
    throw new RangeError(
      `The shape [${shape.join(", ")}] holds ${count} numbers, but ${data.length} were given.`,
    );
  const numbers = cast(data, type);
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  return { dtype: native(types[type].kind, numbers.BYTES_PER_ELEMENT), shape, bytes };
}

/** In this machine's order. */
const native = (kind: string, size: number): NumpyDtype => ({
  kind,
  size,
  littleEndian: new Uint8Array(Uint16Array.of(1).buffer)[0] === 1,
});

type Numbers = NumberArray | BigInt64Array | BigUint64Array;

function typeOf(data: Numbers): NpyDtype {
  if (data instanceof Uint8ClampedArray) return "uint8";
  const [name] = Object.entries(types).findLast(
    ([, { array }]) => data instanceof array && array !== Uint16Array,
  ) ?? ["uint16"];
  return name as NpyDtype;
}

function cast(data: Numbers, type: NpyDtype): Numbers {
  const { array: Target, low, high, kind } = types[type];
  if (type !== "float16" && type !== "bool" && data instanceof Target) return data;
  if (kind !== "f")
    for (let i = 0; i < data.length; i++) {
      const number = Number(data[i]);
      if (!(number >= low && number <= high && Number.isInteger(number)))
        throw new RangeError(
          `${type} holds whole numbers from ${low} to ${high}, but number ${i} is ${data[i]}.`,
        );
    }
  if (type === "float16") return Uint16Array.from(data as Iterable<number>, toHalf);
  if (Target === BigInt64Array || Target === BigUint64Array)
    return new Target(Array.from(data as Iterable<number>, BigInt));
  return (Target as typeof Float64Array).from(data as Iterable<number>, Number);
}

function bigIntsIn(value: Saveable): Shaped<BigInt64Array | BigUint64Array> | undefined {
  if (value instanceof BigInt64Array || value instanceof BigUint64Array)
    return { data: value, shape: [value.length] };
  if (typeof value !== "object" || !("data" in value) || !("shape" in value)) return undefined;
  const data: unknown = value.data;
  const isLong = data instanceof BigInt64Array || data instanceof BigUint64Array;
  return isLong ? { data, shape: value.shape } : undefined;
}

function textsIn(value: Saveable): Shaped<readonly string[]> | undefined {
  if (typeof value === "string") return { data: [value], shape: [] };
  if (isTensor(value) && value.dtype === "string")
    return { data: value.dataSync<"string">(), shape: value.shape };
  if (
    typeof value === "object" &&
    !Array.isArray(value) &&
    "data" in value &&
    typeof (value.data as unknown[])[0] === "string"
  )
    return value as Shaped<readonly string[]>;
  const shape: number[] = [];
  let first: unknown = value;
  for (; Array.isArray(first); first = first[0]) shape.push(first.length);
  if (typeof first !== "string") return undefined;
  const data: unknown[] = (value as unknown[]).flat(shape.length - 1);
  const isEven = (part: unknown, axis: number): boolean =>
    axis === shape.length
      ? typeof part === "string"
      : Array.isArray(part) && part.length === shape[axis] && part.every((each) => isEven(each, axis + 1));
  if (!isEven(value, 0))
    throw new TypeError("Nested arrays of texts have texts only, and parts of one length.");
  return { data: data as string[], shape };
}

/** As wide as the longest text. */
function encodeTexts({ data, shape }: Shaped<readonly string[]>): Encoded {
  const count = shape.reduce((product, length) => product * length, 1);
  if (count !== data.length)
    throw new RangeError(
      `The shape [${shape.join(", ")}] holds ${count} texts, but ${data.length} were given.`,
    );
  const codes = data.map((text) => Array.from(text, (character) => character.codePointAt(0)!));
  // NumPy has no texts of no width.
  const width = codes.reduce((longest, { length }) => Math.max(longest, length), 1);
  const characters = new Uint32Array(count * width);
  codes.forEach((text, i) => characters.set(text, i * width));
  return { dtype: native("U", 4 * width), shape, bytes: new Uint8Array(characters.buffer) };
}

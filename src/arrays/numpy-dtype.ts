import { endianness } from "node:os";
import { TextDecoder } from "node:util";
import { NdArray, type NumberArray } from "./ndarray.js";

/** A type of NumPy's, such as `<f8`: its kind, the bytes of one element, and their order. */
export interface NumpyDtype {
  /** `b` true or false, `i` signed, `u` unsigned, `f` floating point, `O` Python objects, `S` bytes, `U` text, … */
  kind: string;
  size: number;
  littleEndian: boolean;
}

const isLittleEndian = endianness() === "LE";

/** Reads `<f8`, `|b1`, `>i4`, `u2`, `O`; undefined for what is not one plain type. */
export function parseDtype(text: string): NumpyDtype | undefined {
  const [, order, kind, digits] = /^([<>|=]?)([a-zA-Z?])(\d{0,9})$/.exec(text) ?? [];
  if (kind === undefined) return undefined;
  if (kind === "?") return { kind: "b", size: 1, littleEndian: true };
  return {
    kind,
    size: digits ? Number(digits) * (kind === "U" ? 4 : 1) : 8,
    littleEndian: order !== ">",
  };
}

export const nameOfDtype = ({ kind, size, littleEndian }: NumpyDtype): string =>
  `${size === 1 || kind === "S" ? "|" : littleEndian ? "<" : ">"}${kind}${kind === "U" ? size / 4 : size}`;

const constructors = {
  b1: Uint8Array,
  u1: Uint8Array,
  i1: Int8Array,
  u2: Uint16Array,
  i2: Int16Array,
  f2: Uint16Array,
  u4: Uint32Array,
  i4: Int32Array,
  f4: Float32Array,
  u8: BigUint64Array,
  i8: BigInt64Array,
  f8: Float64Array,
};

/** What an array's bytes are. */
export interface RawArray {
  bytes: Uint8Array;
  dtype: NumpyDtype;
  shape: readonly number[];
  /** Whether the first index changes fastest. Default false. */
  fortranOrder?: boolean;
  /** Of the file, for errors. */
  name: string;
}

/**
 * The numbers in `bytes`. Those of 64 bits become int32 where all of them fit, else float64; half floats become float32,
 * truth values 0 and 1. `bytes` is not copied where its order and place allow that.
 *
 * @param fortranOrder whether the first index changes fastest
 * @param name of the file, for errors
 * @throws Error for other kinds, a wrong number of bytes, or whole numbers above 2^53
 */
export function numbersFromBytes(
  bytes: Uint8Array,
  dtype: NumpyDtype,
  shape: readonly number[],
  { fortranOrder = false, name }: { fortranOrder?: boolean; name: string },
): NdArray {
  const raw = typedArray({ bytes, dtype, shape, name });
  const data =
    raw instanceof BigInt64Array || raw instanceof BigUint64Array
      ? fromLong(raw, name)
      : dtype.kind === "f" && dtype.size === 2
        ? fromHalf(raw as Uint16Array)
        : raw;
  return new NdArray(inCOrder(data, shape, fortranOrder), shape);
}

/** As `numbersFromBytes`, whole numbers of 64 bits as they are. @throws Error for other kinds */
export function bigIntsFromBytes(raw: RawArray): BigInt64Array | BigUint64Array {
  const data = typedArray(raw);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array)
    return inCOrder(data, raw.shape, raw.fortranOrder ?? false);
  throw new Error(`${raw.name} holds numbers of ${nameOfDtype(raw.dtype)}; bigints are for <i8 and <u8.`);
}

/** The texts in `bytes`: of NumPy's text (`U`), or of bytes (`S`), which are read as UTF-8. @throws Error for other kinds */
export function textsFromBytes({ bytes, dtype, shape, fortranOrder = false, name }: RawArray): string[] {
  const { kind, size } = dtype;
  if (kind !== "U" && kind !== "S")
    throw new Error(`${name} holds an array of ${nameOfDtype(dtype)}, not of texts.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const textAt = (index: number): string => {
    const start = index * size;
    // What is shorter than the longest text is filled up by zeros.
    let end = start + size;
    if (kind === "S") {
      while (end > start && bytes[end - 1] === 0) end--;
      return decodeUtf8(decoder, bytes.subarray(start, end), name);
    }
    while (end > start && view.getUint32(end - 4) === 0) end -= 4;
    let text = "";
    for (let i = start; i < end; i += 4) text += characterOf(view.getUint32(i, dtype.littleEndian), name);
    return text;
  };
  const count = shape.reduce((product, each) => product * each, 1);
  return inCOrder(
    Array.from({ length: count }, (_, i) => textAt(i)),
    shape,
    fortranOrder,
  );
}

function decodeUtf8(decoder: TextDecoder, bytes: Uint8Array, name: string): string {
  try {
    return decoder.decode(bytes);
  } catch (error) {
    const shown = Buffer.from(bytes.subarray(0, 20)).toString("latin1");
    throw new Error(`${name} holds bytes that are no text of UTF-8: ${JSON.stringify(shown)}.`, {
      cause: error,
    });
  }
}

function characterOf(code: number, name: string): string {
  if (code <= 0x10ffff) return String.fromCodePoint(code);
  throw new Error(`${name} holds the character 0x${code.toString(16)}, which is none: it is damaged.`);
}

function typedArray({ bytes, dtype, shape, name }: RawArray): NumberArray | BigInt64Array | BigUint64Array {
  const key = `${dtype.kind}${dtype.size}`;
  if (!Object.hasOwn(constructors, key))
    throw new Error(
      `${name} holds an array of ${nameOfDtype(dtype)}; only numbers and truth values are read.`,
    );
  const length = shape.reduce((product, each) => product * each, 1);
  if (!shape.every((each) => Number.isSafeInteger(each) && each >= 0) || bytes.length !== length * dtype.size)
    throw new Error(
      `${name} holds an array of the shape [${shape.join(", ")}] and type ${nameOfDtype(dtype)}, ` +
        `but ${bytes.length} bytes for it: it is damaged.`,
    );
  return new constructors[key as keyof typeof constructors](...inPlace(bytes, dtype), length);
}

/** The bytes in this machine's order, at a place where a typed array may begin. */
function inPlace(bytes: Uint8Array, { size, littleEndian }: NumpyDtype): [ArrayBuffer, number] {
  const swap = size > 1 && littleEndian !== isLittleEndian;
  if (!swap && bytes.byteOffset % size === 0) return [bytes.buffer as ArrayBuffer, bytes.byteOffset];
  const copy = Uint8Array.from(bytes);
  const buffer = Buffer.from(copy.buffer);
  if (swap && size === 2) buffer.swap16();
  if (swap && size === 4) buffer.swap32();
  if (swap && size === 8) buffer.swap64();
  return [copy.buffer, 0];
}

/** By halves of 32 bits: bigints would take a hundred times as long. */
function fromLong(numbers: BigInt64Array | BigUint64Array, name: string): NumberArray {
  const isSigned = numbers instanceof BigInt64Array;
  const halves = new Int32Array(numbers.buffer, numbers.byteOffset, 2 * numbers.length);
  const [low, high] = isLittleEndian ? [0, 1] : [1, 0];
  const narrow = new Int32Array(numbers.length);
  let i = 0;
  for (; i < narrow.length; i++) {
    narrow[i] = halves[2 * i + low]!;
    const rest = halves[2 * i + high]!;
    if (rest !== (isSigned ? narrow[i]! >> 31 : 0) || (!isSigned && narrow[i]! < 0)) break;
  }
  if (i === narrow.length) return narrow;
  const wide = new Float64Array(numbers.length);
  for (i = 0; i < wide.length; i++) {
    const above = halves[2 * i + high]!;
    wide[i] = (isSigned ? above : above >>> 0) * 2 ** 32 + (halves[2 * i + low]! >>> 0);
    if (!Number.isSafeInteger(wide[i]))
      throw new Error(
        `${name} holds ${numbers[i]}, which no number of JavaScript's holds exactly. Read its bigints: ` +
          'loadNpy(path, { as: "bigints" }).',
      );
  }
  return wide;
}

let halves: Float32Array | undefined;

function fromHalf(numbers: Uint16Array): Float32Array {
  halves ??= Float32Array.from({ length: 2 ** 16 }, (_, bits) => halfToNumber(bits));
  const table = halves;
  const floats = new Float32Array(numbers.length);
  for (let i = 0; i < floats.length; i++) floats[i] = table[numbers[i]!]!;
  return floats;
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Elements such that the last index changes fastest. */
function inCOrder<Data extends { length: number; slice(): Data; [index: number]: unknown }>(
  data: Data,
  shape: readonly number[],
  fortranOrder: boolean,
): Data {
  if (!fortranOrder || shape.length < 2) return data;
  const result = data.slice();
  const index = shape.map(() => 0);
  // Walks the target in order; `place` is where its element stands in the source.
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, each) => product * each, 1));
  let place = 0;
  for (let i = 0; i < data.length; i++) {
    result[i] = data[place];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      place += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      place -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

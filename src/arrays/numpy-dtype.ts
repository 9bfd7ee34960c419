import { endianness } from "node:os";
import { inspect } from "node:util";
import { NdArray, type NumberArray } from "./ndarray.js";

/** A type of NumPy's, such as `<f8`: its kind, the bytes of one element, and their order. */
export interface NumpyDtype {
  /** `b` true or false, `i` signed, `u` unsigned, `f` floating point, `O` Python objects, `S` bytes, `U` text, … */
  kind: string;
  size: number;
  littleEndian: boolean;
}

/** Reads `<f8`, `|b1`, `>i4`, `u2`, `O`; undefined for what is not one plain type. */
export function parseDtype(text: string): NumpyDtype | undefined {
  const [, order, kind, digits] = /^([<>|=]?)([a-zA-Z?])(\d*)$/.exec(text) ?? [];
  if (kind === undefined) return undefined;
  if (kind === "?") return { kind: "b", size: 1, littleEndian: true };
  return {
    kind,
    size: digits ? Number(digits) * (kind === "U" ? 4 : 1) : 8,
    littleEndian: order !== ">",
  };
}

export const nameOfDtype = ({ kind, size, littleEndian }: NumpyDtype): string =>
  `${size === 1 ? "|" : littleEndian ? "<" : ">"}${kind}${kind === "U" ? size / 4 : size}`;

type Constructor = {
  new (buffer: ArrayBufferLike, offset: number, length: number): NumberArray | BigInt64Array | BigUint64Array;
  readonly BYTES_PER_ELEMENT: number;
};

const constructors: Record<string, Constructor> = {
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
  const constructor = constructors[`${dtype.kind}${dtype.size}`];
  if (!constructor)
    throw new Error(
      `${name} holds an array of ${nameOfDtype(dtype)}; only numbers and truth values are read.`,
    );
  const length = shape.reduce((product, each) => product * each, 1);
  if (!shape.every((each) => Number.isSafeInteger(each) && each >= 0) || bytes.length !== length * dtype.size)
    throw new Error(
      `${name} holds an array of the shape [${shape.join(", ")}] and type ${nameOfDtype(dtype)}, ` +
        `but ${bytes.length} bytes for it: it is damaged.`,
    );
  const raw = new constructor(...inPlace(bytes, dtype), length);
  const data =
    raw instanceof BigInt64Array || raw instanceof BigUint64Array
      ? fromLong(raw, name)
      : dtype.kind === "f" && dtype.size === 2
        ? Float32Array.from(raw as Uint16Array, halfToNumber)
        : raw;
  return fortranOrder && shape.length > 1 ? fromFortranOrder(data, shape) : new NdArray(data, shape);
}

/** The bytes in this machine's order, at a place where a typed array may begin. */
function inPlace(bytes: Uint8Array, { size, littleEndian }: NumpyDtype): [ArrayBufferLike, number] {
  const swap = size > 1 && littleEndian !== (endianness() === "LE");
  if (!swap && bytes.byteOffset % size === 0) return [bytes.buffer, bytes.byteOffset];
  const copy = Uint8Array.from(bytes);
  if (swap) for (let i = 0; i < copy.length; i += size) copy.subarray(i, i + size).reverse();
  return [copy.buffer, 0];
}

function fromLong(numbers: BigInt64Array | BigUint64Array, name: string): NumberArray {
  const narrow = new Int32Array(numbers.length);
  let fits = true;
  for (let i = 0; i < numbers.length && fits; i++) {
    narrow[i] = Number(numbers[i]);
    fits = BigInt(narrow[i]!) === numbers[i];
  }
  if (fits) return narrow;
  return Float64Array.from(numbers as Iterable<bigint>, (value) => {
    if (Number.isSafeInteger(Number(value))) return Number(value);
    throw new Error(`${name} holds ${inspect(value)}, which no number of JavaScript's holds exactly.`);
  });
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function fromFortranOrder(data: NumberArray, shape: readonly number[]): NdArray {
  const result = data.slice();
  const index = shape.map(() => 0);
  // Walks the target in order; `place` is where its element stands in the source.
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, each) => product * each, 1));
  let place = 0;
  for (let i = 0; i < data.length; i++) {
    result[i] = data[place]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      place += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      place -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return new NdArray(result, shape);
}

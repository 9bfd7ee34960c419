/** Tensors on their way between a client and a model: bytes as TensorFlow and the Open Inference Protocol lay them out. */

interface TypeInfo {
  /** TensorFlow's name, as its REST interface says it. */
  tensorFlow: string;
  /** The Open Inference Protocol's name. */
  protocol: string;
  /** TensorFlow's DataType number. */
  number: number;
  /** Bytes of an element; 0 for texts. */
  size: number;
  kind: "float" | "integer" | "bool" | "string";
  /** The smallest and greatest integer. */
  range?: readonly [bigint, bigint];
}

const signed = (bits: bigint): readonly [bigint, bigint] => [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
const unsigned = (bits: bigint): readonly [bigint, bigint] => [0n, 2n ** bits - 1n];

/** The types that a model may take and give. */
export const types = {
  float: { tensorFlow: "DT_FLOAT", protocol: "FP32", number: 1, size: 4, kind: "float" },
  double: { tensorFlow: "DT_DOUBLE", protocol: "FP64", number: 2, size: 8, kind: "float" },
  int32: {
    tensorFlow: "DT_INT32",
    protocol: "INT32",
    number: 3,
    size: 4,
    kind: "integer",
    range: signed(32n),
  },
  uint8: {
    tensorFlow: "DT_UINT8",
    protocol: "UINT8",
    number: 4,
    size: 1,
    kind: "integer",
    range: unsigned(8n),
  },
  int16: {
    tensorFlow: "DT_INT16",
    protocol: "INT16",
    number: 5,
    size: 2,
    kind: "integer",
    range: signed(16n),
  },
  int8: { tensorFlow: "DT_INT8", protocol: "INT8", number: 6, size: 1, kind: "integer", range: signed(8n) },
  string: { tensorFlow: "DT_STRING", protocol: "BYTES", number: 7, size: 0, kind: "string" },
  int64: {
    tensorFlow: "DT_INT64",
    protocol: "INT64",
    number: 9,
    size: 8,
    kind: "integer",
    range: signed(64n),
  },
  bool: { tensorFlow: "DT_BOOL", protocol: "BOOL", number: 10, size: 1, kind: "bool" },
  uint16: {
    tensorFlow: "DT_UINT16",
    protocol: "UINT16",
    number: 17,
    size: 2,
    kind: "integer",
    range: unsigned(16n),
  },
  uint32: {
    tensorFlow: "DT_UINT32",
    protocol: "UINT32",
    number: 22,
    size: 4,
    kind: "integer",
    range: unsigned(32n),
  },
  uint64: {
    tensorFlow: "DT_UINT64",
    protocol: "UINT64",
    number: 23,
    size: 8,
    kind: "integer",
    range: unsigned(64n),
  },
} as const satisfies Record<string, TypeInfo>;

/** A type by the name that TensorFlow's messages have for it. */
export type DataType = keyof typeof types;

export const typeInfo = (dtype: DataType): TypeInfo => types[dtype];

const byNumber = new Map((Object.keys(types) as DataType[]).map((dtype) => [typeInfo(dtype).number, dtype]));
export const typeOfNumber = (number: number): DataType | undefined => byNumber.get(number);

/** Values with their type and shape. */
export interface Tensor {
  dtype: DataType;
  shape: number[];
  /** Little-endian and row-major. Each text is its length as uint32, then its bytes. */
  bytes: Uint8Array;
}

/** What a signature says of an input or output. */
export interface TensorInfo {
  dtype: DataType;
  /** -1 for a dimension of any size; undefined where even their number may vary. */
  shape: number[] | undefined;
  /** The graph's tensor, `name:index`. */
  tensor: string;
}

/** A way to call a model. */
export interface Signature {
  inputs: Record<string, TensorInfo>;
  outputs: Record<string, TensorInfo>;
  /** `tensorflow/serving/predict`, `classify` or `regress`. */
  method: string;
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1);

/** `[3,2]`, as TensorFlow's messages have it. */
export const shapeText = (shape: readonly number[] | undefined): string =>
  shape ? `[${shape.join(",")}]` : "[?]";

export const isSameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((length, i) => length === b[i]);

/** Whether a tensor of this shape may be fed to what `info` describes. */
export function fits(shape: readonly number[], info: TensorInfo): boolean {
  return (
    info.shape === undefined ||
    (info.shape.length === shape.length &&
      info.shape.every((length, i) => length === -1 || length === shape[i]))
  );
}

/** The texts of a tensor's bytes, or of those of a request. @throws RangeError where they are cut short */
export function textsOf(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const texts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const start = at + 4;
    at = start + view.getUint32(at, true);
    if (at > bytes.length) throw new RangeError("A text ends after its tensor.");
    texts.push(bytes.subarray(start, at));
  }
  return texts;
}

/** A tensor's bytes of texts. */
export function bytesOfTexts(texts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(texts.reduce((size, text) => size + 4 + text.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const text of texts) {
    view.setUint32(at, text.length, true);
    bytes.set(text, at + 4);
    at += 4 + text.length;
  }
  return bytes;
}

/** The same bytes at an address that typed arrays of elements of `size` bytes can begin at. */
export const aligned = (bytes: Uint8Array, size: number): Uint8Array =>
  bytes.byteOffset % Math.max(size, 1) === 0 ? bytes : bytes.slice();

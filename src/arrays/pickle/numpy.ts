import { inspect } from "node:util";
import type { NdArray } from "../ndarray.js";
import { nameOfDtype, numbersFromBytes, parseDtype, type NumpyDtype } from "../numpy-dtype.js";
import type { PickleGlobal } from "./machine.js";

/** An array of NumPy's within a pickle. */
export class PickledArray {
  shape: readonly number[] = [0];
  dtype: NumpyDtype = { kind: "b", size: 1, littleEndian: true };
  fortranOrder = false;
  /** The numbers as bytes, or Python's objects. */
  content: Uint8Array | readonly unknown[] = [];

  /** @throws Error if it holds objects or texts */
  toNdArray(name: string): NdArray {
    if (!(this.content instanceof Uint8Array))
      throw new Error(`${name} holds an array of Python's objects where one of numbers was expected.`);
    return numbersFromBytes(this.content, this.dtype, this.shape, { fortranOrder: this.fortranOrder, name });
  }

  /** Its objects, row after row. @throws Error if it holds numbers */
  objects(name: string): readonly unknown[] {
    if (this.content instanceof Uint8Array)
      throw new Error(
        `${name} holds an array of ${nameOfDtype(this.dtype)} where one of objects was expected.`,
      );
    return this.content;
  }
}

/** Text of Python 3, or of Python 2, whose strings are bytes. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return value instanceof Uint8Array && value.length < 100
    ? Buffer.from(value).toString("latin1")
    : undefined;
}

const refuse = (what: string, value: unknown): never => {
  throw new Error(`${what} is ${inspect(value, { depth: 0 })}, which NumPy does not write`);
};

function setArrayState(value: unknown, state: unknown): void {
  const array = value as PickledArray;
  if (!Array.isArray(state) || state.length !== 5) return refuse("the state of an array", state);
  const [, shape, dtype, fortranOrder, content] = state as unknown[];
  if (
    !Array.isArray(shape) ||
    shape.length > 64 ||
    !shape.every((length) => Number.isSafeInteger(length) && length >= 0)
  )
    return refuse("the shape of an array", shape);
  if (!isDtype(dtype)) return refuse("the type of an array", dtype);
  const size = (shape as number[]).reduce((product, length) => product * length, 1);
  const items = dtype.kind === "O" ? Array.isArray(content) : content instanceof Uint8Array;
  const expected = dtype.kind === "O" ? size : size * dtype.size;
  if (!items || (content as ArrayLike<unknown>).length !== expected)
    return refuse(`the content of an array of [${shape.join(", ")}] ${nameOfDtype(dtype)}`, content);
  Object.assign(array, { shape, dtype, fortranOrder: Boolean(fortranOrder), content });
}

const isDtype = (value: unknown): value is NumpyDtype =>
  typeof value === "object" && value !== null && "kind" in value && "littleEndian" in value;

const array: PickleGlobal = {};

const reconstruct: PickleGlobal = {
  make: () => new PickledArray(),
  setState: setArrayState,
};

const dtype: PickleGlobal = {
  make: ([name]) => parseDtype(textOf(name) ?? "") ?? refuse("the name of a type", name),
  setState(value, state) {
    if (!Array.isArray(state) || state.length < 4) refuse("the state of a type", state);
    const [, order, subtype, names] = state as unknown[];
    if (subtype !== null || names !== null)
      throw new Error("it holds records or arrays within arrays; only arrays of one type are read");
    (value as NumpyDtype).littleEndian = textOf(order) !== ">";
  },
};

/** Python 3 writes bytes so where Python 2 shall read them. */
const encode: PickleGlobal = {
  make([text, encoding]) {
    if (typeof text !== "string" || textOf(encoding) !== "latin1") return refuse("an encoded text", encoding);
    return Buffer.from(text, "latin1");
  },
};

/** Python 3 writes no bytes at all so where Python 2 shall read them. */
const bytes: PickleGlobal = {
  make: (args) => (args.length === 0 ? Buffer.alloc(0) : refuse("what bytes are made of", args)),
};

/** All that arrays of NumPy's need; by both names that its core has had. */
export const numpyGlobals: Readonly<Record<string, PickleGlobal>> = {
  "numpy ndarray": array,
  "numpy dtype": dtype,
  "numpy.core.multiarray _reconstruct": reconstruct,
  "numpy._core.multiarray _reconstruct": reconstruct,
  "_codecs encode": encode,
  "__builtin__ bytes": bytes,
};

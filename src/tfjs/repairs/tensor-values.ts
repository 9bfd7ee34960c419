import type { DataType, TensorLike } from "@tensorflow/tfjs-node";
import { core } from "../native.js";
import { patch } from "../patch.js";
import { plainNumber } from "../plain-number.js";

const creators = [
  "scalar",
  "tensor",
  "tensor1d",
  "tensor2d",
  "tensor3d",
  "tensor4d",
  "tensor5d",
  "tensor6d",
] as const;
type Create = (values: TensorLike, ...others: unknown[]) => unknown;

/**
 * tfjs-core 4.22 makes 0 of a gap (null) among numbers and NaN of a text, without a word, and takes of V8's typed arrays only
 * those of its own types: `tf.tensor1d(new Int16Array(2))` fails with "values passed to tensor(values) must be ... a TypedArray".
 */
export function repairTensorValues(): void {
  const functions: Record<(typeof creators)[number], Create> = core as never;
  for (const name of creators) {
    patch(functions, name, {
      name: "values of tensors",
      why: "a gap among numbers becomes 0, a text NaN; arrays of 64, 16 and signed 8 bits are refused",
      wrap:
        (create) =>
        (values, ...others) => {
          const dtype = others.findLast((each) => typeof each === "string") as DataType | undefined;
          return create(numbersIn(values, dtype), ...others);
        },
    });
  }
}

/** What tfjs-core takes by itself. */
const known = [Float32Array, Int32Array, Uint8Array, Uint8ClampedArray];

function numbersIn(values: TensorLike, dtype: DataType | undefined): TensorLike {
  if (ArrayBuffer.isView(values)) return typedNumbers(values, dtype) as TensorLike;
  if (dtype === "string" || dtype === "complex64" || isText(values)) return values;
  if (typeof values === "bigint") return plainNumber(values, []);
  return Array.isArray(values) ? (checked(values, [], dtype) as TensorLike) : values;
}

/** Whether the first of all values is a text, which is what tfjs-core goes by. */
function isText(values: unknown): boolean {
  let first = values;
  while (Array.isArray(first)) first = first[0];
  return typeof first === "string" || first instanceof Uint8Array;
}

/** The list itself if tfjs-core can take it as it is. */
function checked(list: readonly unknown[], path: number[], dtype: DataType | undefined): readonly unknown[] {
  let changed: unknown[] | undefined;
  const depth = path.length;
  for (let i = 0; i < list.length; i++) {
    const value = list[i];
    if (typeof value === "number" || typeof value === "boolean") continue;
    path[depth] = i;
    const plain = Array.isArray(value)
      ? checked(value, path, dtype)
      : ArrayBuffer.isView(value)
        ? typedNumbers(value, dtype)
        : plainNumber(value, path);
    if (plain !== value) (changed ??= [...list])[i] = plain;
  }
  path.length = depth;
  return changed ?? list;
}

/** Whole numbers become int32, which has to hold them, if nothing else is wanted; others float32. */
function typedNumbers(values: ArrayBufferView, dtype: DataType | undefined): unknown {
  if (values instanceof DataView || known.some((type) => values instanceof type)) return values;
  const list = values as unknown as ArrayLike<number | bigint>;
  const isFloat = values.constructor.name.startsWith("Float");
  const numbers = isFloat
    ? Float32Array.from(list as ArrayLike<number>)
    : Float64Array.from(list as ArrayLike<number>, (value, i) => plainNumber(value, [i]));
  if (isFloat) return numbers;
  if (dtype !== undefined && dtype !== "int32") return Float32Array.from(numbers);
  numbers.forEach((value, i) => {
    if (value !== (value | 0))
      throw new RangeError(
        `The value at index ${i} is ${value}, and int32 holds whole numbers from -2147483648 to 2147483647. ` +
          'Make a float tensor of them: dtype "float32" is exact up to 16777216.',
      );
  });
  return Int32Array.from(numbers);
}

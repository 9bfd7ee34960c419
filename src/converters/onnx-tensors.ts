import type { Tensor } from "@tensorflow/tfjs";
import { tf } from "../keras/load.js";
import { int32From } from "./int32.js";
import type { OnnxTensor } from "./onnx-runtime.js";

type Numbers = Float32Array | Int32Array | Uint8Array;
type NumberArray = { from(numbers: Iterable<number>): ArrayBufferView };
type BigArray = { from(numbers: Iterable<bigint>): ArrayBufferView };

/** ONNX's types: the arrays that ONNX Runtime wants, and the least and most that whole numbers may be. */
const types: Record<string, { array?: NumberArray; bigArray?: BigArray; least?: number; most?: number }> = {
  float32: { array: Float32Array },
  float64: { array: Float64Array },
  int8: { array: Int8Array, least: -128, most: 127 },
  uint8: { array: Uint8Array, least: 0, most: 255 },
  int16: { array: Int16Array, least: -32768, most: 32767 },
  uint16: { array: Uint16Array, least: 0, most: 65535 },
  int32: { array: Int32Array, least: -(2 ** 31), most: 2 ** 31 - 1 },
  uint32: { array: Uint32Array, least: 0, most: 2 ** 32 - 1 },
  int64: { bigArray: BigInt64Array, least: -(2 ** 53), most: 2 ** 53 },
  uint64: { bigArray: BigUint64Array, least: 0, most: 2 ** 53 },
  bool: { array: Uint8Array, least: 0, most: 1 },
  string: {},
};

export const knownTypes = Object.keys(types);
export const isKnownType = (type: string): boolean => Object.hasOwn(types, type);

/** A tensor's values in the array that ONNX Runtime wants for a type. */
export async function toOnnx(name: string, type: string, tensor: Tensor): Promise<unknown> {
  const { array, bigArray, least, most } = types[type]!;
  if ((tensor.dtype === "string") !== (type === "string")) {
    throw new TypeError(`Input ${name} is of ${tensor.dtype}. Expected ${type}.`);
  }
  const values = (await tensor.data()) as unknown as Numbers | string[];
  if (type === "string") return values;
  const numbers = values as Numbers;
  if (least !== undefined) {
    const wrong = numbers.findIndex(
      (value) => !(Number.isInteger(value) && value >= least && value <= most!),
    );
    if (wrong >= 0) {
      throw new RangeError(
        `Input ${name} has ${numbers[wrong]} at position ${wrong}. Expected whole numbers from ${least} to ${most} (${type}).`,
      );
    }
  }
  if (bigArray) return bigArray.from(Array.from(numbers, BigInt));
  return array === Float32Array && numbers instanceof Float32Array ? numbers : array!.from(numbers);
}

/** A tensor of ONNX Runtime as one here; whole numbers are int32. */
export function fromOnnx(name: string, { type, data, dims }: OnnxTensor): Tensor {
  const shape = [...dims];
  if (type === "string")
    return tf.tensor([...(data as ArrayLike<string> & Iterable<string>)], shape, "string");
  if (type.startsWith("float")) {
    return tf.tensor(
      data instanceof Float32Array ? data.slice() : Float32Array.from(data as ArrayLike<number>),
      shape,
    );
  }
  if (type === "bool") return tf.tensor(Uint8Array.from(data as ArrayLike<number>), shape, "bool");
  return tf.tensor(int32From(name, data as ArrayLike<number | bigint>, type), shape, "int32");
}

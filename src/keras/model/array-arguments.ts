import type { Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";

type Method = (this: object, ...args: unknown[]) => unknown;

/**
 * Models take arrays that make tensors of themselves (`NdArray`, `tf.buffer`) where they take tensors, as Keras takes those of
 * NumPy. The tensors live as long as the call.
 */
export function takeArrays(): void {
  const model = tf.LayersModel.prototype as unknown as Record<string, Method>;
  for (const name of ["fit", "evaluate", "predict", "trainOnBatch", "testOnBatch", "predictOnBatch"]) {
    const method = model[name]!;
    model[name] = function (...args) {
      const made: Tensor[] = [];
      const given = args.map((each) => withTensors(each, made));
      if (made.length === 0) return method.apply(this, args);
      let result: unknown;
      try {
        result = method.apply(this, given);
      } finally {
        if (!(result instanceof Promise)) tf.dispose(made);
      }
      return result instanceof Promise ? disposing(result, made) : result;
    };
  }
}

async function disposing(result: Promise<unknown>, made: Tensor[]): Promise<unknown> {
  try {
    return await result;
  } finally {
    tf.dispose(made);
  }
}

/** The value with tensors, which are added to `made`, for the arrays in it; the value itself if there are none. */
function withTensors(value: unknown, made: Tensor[]): unknown {
  if (typeof value !== "object" || value === null) return value;
  if ("toTensor" in value && typeof value.toTensor === "function") {
    const tensor = value.toTensor() as Tensor;
    made.push(tensor);
    return tensor;
  }
  const isList = Array.isArray(value);
  if (!isList && Object.getPrototypeOf(value) !== Object.prototype) return value;
  const before = made.length;
  const entries = Object.entries(value).map(([name, part]) => [name, withTensors(part, made)] as const);
  if (made.length === before) return value;
  return isList ? entries.map(([, part]) => part) : Object.fromEntries(entries);
}

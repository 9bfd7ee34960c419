import type { Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";

/**
 * Calls `run` with tensors for the arrays that make tensors of themselves (`NdArray`, `tf.buffer`) in what it is given, as
 * Keras takes those of NumPy. They live as long as the call.
 */
export function withTensors<Args extends readonly unknown[], Result>(
  args: readonly [...Args],
  run: (...args: Args) => Result,
): Result {
  const made: Tensor[] = [];
  const given = args.map((each) => tensorsIn(each, made)) as [...Args];
  if (made.length === 0) return run(...args);
  let result: Result | undefined;
  try {
    result = run(...given);
  } finally {
    if (!(result instanceof Promise)) tf.dispose(made);
  }
  return result instanceof Promise ? (disposing(result, made) as Result) : result;
}

async function disposing(result: Promise<unknown>, made: Tensor[]): Promise<unknown> {
  try {
    return await result;
  } finally {
    tf.dispose(made);
  }
}

/** The value with tensors, which are added to `made`, for the arrays in it; the value itself if there are none. */
function tensorsIn(value: unknown, made: Tensor[]): unknown {
  if (typeof value !== "object" || value === null) return value;
  if ("toTensor" in value && typeof value.toTensor === "function") {
    const tensor = value.toTensor() as Tensor;
    made.push(tensor);
    return tensor;
  }
  const isList = Array.isArray(value);
  if (!isList && Object.getPrototypeOf(value) !== Object.prototype) return value;
  const before = made.length;
  const entries = Object.entries(value).map(([name, part]) => [name, tensorsIn(part, made)] as const);
  if (made.length === before) return value;
  return isList ? entries.map(([, part]) => part) : Object.fromEntries(entries);
}

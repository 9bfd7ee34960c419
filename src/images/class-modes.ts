import type { Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../tfjs/native.js";

export const classModes = ["categorical", "binary", "sparse", "input"] as const;
/** What the targets of pictures are: one-hot rows, numbers of classes (of two, or of any), the pictures themselves, or nothing. */
export type ClassMode = (typeof classModes)[number] | null;

/** Targets of so many pictures, as 32-bit floats. A picture may be of several classes. */
export function classTargets(
  classes: ReadonlyArray<number | readonly number[]>,
  indices: Int32Array,
  mode: ClassMode,
  count: number,
  x: Tensor,
): Tensor | undefined {
  if (mode === null) return undefined;
  if (mode === "input") return tf.clone(x);
  const chosen = Array.from(indices, (index) => classes[index]!);
  if (mode !== "categorical") return tf.tensor1d(Float32Array.from(chosen as number[]));
  const rows = new Float32Array(chosen.length * count);
  chosen.forEach((each, row) => {
    for (const one of typeof each === "number" ? [each] : each) rows[row * count + one] = 1;
  });
  return tf.tensor2d(rows, [chosen.length, count]);
}

import type { Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../native.js";
import { replaceGradient } from "../registries.js";

const reason = {
  name: "reduction gradients",
  why: "those of sum and mean make ones of the input's size in JavaScript, that of tile one slice for each repetition",
};

/**
 * Gradients of tfjs-core 4.22 that take too much: those of `tf.sum` and `tf.mean` multiply by ones of the input's size, made
 * in JavaScript, which a recorded graph would contain; that of `tf.tile` adds up one slice for each repetition (ten thousand
 * in a layer normalization of pictures) and knows four axes at most.
 */
export function repairReductionGradients(): void {
  replaceGradient("Sum", reason, () => (dy, [x], { axis }) => ({
    x: () => spread(dy as Tensor, x!, axis as number[]),
  }));
  replaceGradient("Mean", reason, () => (dy, [x], { axis }) => ({
    x: () => tf.div(spread(dy as Tensor, x!, axis as number[]), x!.size / (dy as Tensor).size),
  }));
  replaceGradient("Tile", reason, () => (dy, [x], { reps }) => ({
    x: () => gather(dy as Tensor, x!, reps as number[]),
  }));
}

/** What was reduced along `axis`, repeated to the shape of `x`. */
function spread(reduced: Tensor, x: Tensor, axis: number | number[]): Tensor {
  const axes = tf.util.parseAxisParam(axis, x.shape);
  const kept = x.shape.map((size, i) => (axes.includes(i) ? 1 : size));
  return tf.broadcastTo(tf.reshape(reduced, kept), x.shape);
}

/** The sum of all repetitions of `x`. */
function gather(tiled: Tensor, x: Tensor, repetitions: number[]): Tensor {
  const shape = x.shape.flatMap((size, i) => [repetitions[i]!, size]);
  return tf.sum(
    tf.reshape(tiled, shape),
    x.shape.map((_, i) => 2 * i),
  );
}

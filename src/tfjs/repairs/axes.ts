import type { Tensor, TensorLike } from "@tensorflow/tfjs-node";
import { core, tf } from "../native.js";
import { patch } from "../patch.js";
import { replaceGradient } from "../registries.js";

const reason = {
  name: "axes",
  why: "softmax takes the last axis only, and gradients of prod and cumsum are wrong over others",
};

/**
 * Operations of tfjs-core 4.22 with an axis that takes the last one only (`tf.softmax`, `tf.logSoftmax`), or whose gradient
 * fails where the axis counts from the end (`tf.prod`, `tf.cumsum`). The gradient of `tf.cumsum` along any but the last axis
 * was turned like the axes: of another shape, or, where the sizes are the same, wrong without a word.
 */
export function repairAxes(): void {
  overAnyAxis("softmax");
  overAnyAxis("logSoftmax");
  replaceGradient("Prod", reason, (known) => (dy, saved, attributes) => {
    const [x] = saved as [Tensor];
    const axis = tf.util.parseAxisParam(attributes["axis"] as number[], x.shape);
    return known(dy, saved, { ...attributes, axis });
  });
  replaceGradient("Cumsum", reason, () => (dy, _saved, { axis, exclusive, reverse }) => ({
    x: () => tf.cumsum(dy as Tensor, axis as number, exclusive as boolean, !reverse),
  }));
}

type OverAxis = (x: Tensor, axis?: number) => Tensor;

/** The function, and the method of tensors, with the axis moved to the end and back. */
function overAnyAxis(name: "softmax" | "logSoftmax"): void {
  const overLast = core[name] as OverAxis;
  const over = (x: Tensor, axis: number): Tensor => {
    if (axis >= x.rank - 1 || axis < -x.rank) return overLast(x, axis);
    const moved = axis < 0 ? axis + x.rank : axis;
    const order = Array.from(x.shape.keys());
    [order[moved], order[x.rank - 1]] = [x.rank - 1, moved];
    return tf.transpose(overLast(tf.transpose(x, order), -1), order);
  };
  const ofAnything = (x: Tensor | TensorLike, axis?: number) =>
    axis === undefined || axis === -1
      ? overLast(x as Tensor, axis)
      : tf.tidy(() => over(x instanceof tf.Tensor ? x : tf.tensor(x), axis));
  patch(core, name, { ...reason, replace: ofAnything as (typeof core)[typeof name] });
  patch(tf.Tensor.prototype, name, {
    ...reason,
    replace(axis?: number) {
      return ofAnything(this, axis) as never;
    },
  });
}

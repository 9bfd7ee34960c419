import type { Tensor, layers } from "@tensorflow/tfjs-node";
import { prototypeOf } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";
import { type Mask, masksOf } from "./masks.js";

const reason = {
  name: "masks of merging layers",
  why: "masks are combined by and, of which the last is left out, and masked steps count",
};

interface Merge extends Omit<layers.Layer, "computeMask"> {
  axis: number;
  mergeFunction(inputs: Tensor[]): Tensor;
  computeMask(inputs: Tensor[], masks?: Mask | Mask[]): Mask;
}

const isGiven = (mask: Mask): mask is Tensor => mask != null;
const or = (masks: Tensor[]): Tensor => masks.reduce((a, b) => tf.logicalOr(a, b));

/** A mask in the shape of the tensor that it belongs to. */
function spread(mask: Tensor, { rank, shape }: Tensor): Tensor {
  const missing = Array<number>(rank - mask.rank).fill(1);
  return tf.broadcastTo(tf.reshape(mask, [...mask.shape, ...missing]), shape);
}

const masked = (mask: Mask, input: Tensor, other: Tensor): Tensor =>
  mask ? tf.where(spread(mask, input), input, other) : input;

/**
 * Merging layers combine masks as in Keras 3.15: a step counts if it counts in one of the inputs, and if an input has no mask,
 * neither has the result. In a product and in the largest and smallest values, what is masked does not count (in tfjs-layers
 * 4.22 it does, and masks are combined by `and`, of which the last is left out). Concatenate's inputs without a mask count
 * wholly.
 */
export function repairMergeMasks(): void {
  const merge = Object.getPrototypeOf(prototypeOf("Add")) as Merge;
  patch(merge, "computeMask", {
    ...reason,
    replace(_inputs, masks) {
      const given = [masks].flat();
      return given.every(isGiven) ? tf.tidy(() => tf.clone(or(given))) : null;
    },
  });
  patch(prototypeOf<Merge>("Concatenate"), "computeMask", {
    ...reason,
    replace(inputs, masks) {
      const given = [masks].flat();
      if (!given.some(isGiven)) return null;
      return tf.tidy(() => {
        const whole = inputs.map((input, i) => spread(given[i] ?? tf.ones([], "bool"), input));
        return tf.any(tf.concat(whole, this.axis), -1);
      });
    },
  });
  patch(prototypeOf<Merge>("Multiply"), "mergeFunction", { ...reason, replace: product });
  for (const [className, pick] of [
    ["Maximum", tf.maximum],
    ["Minimum", tf.minimum],
  ] as const) {
    patch(prototypeOf<Merge>(className), "mergeFunction", {
      ...reason,
      replace: (inputs) => extreme(inputs, pick),
    });
  }
}

function product(inputs: Tensor[]): Tensor {
  return tf.tidy(() => {
    const masks = masksOf(inputs);
    const factors = inputs.map((input, i) => masked(masks[i], input, tf.onesLike(input)));
    const all = factors.reduce((a, b) => tf.mul(a, b));
    return masks.every(isGiven) ? masked(or(masks), all, tf.zerosLike(all)) : all;
  });
}

function extreme(inputs: Tensor[], pick: typeof tf.maximum): Tensor {
  return tf.tidy(() => {
    const [first, ...others] = masksOf(inputs);
    let mask = first;
    return inputs.slice(1).reduce((output, input, i) => {
      const own = others[i];
      const next = masked(own, input, output);
      const merged: Tensor = pick(masked(mask, output, next), next);
      mask = mask && own ? tf.logicalOr(mask, own) : undefined;
      return merged;
    }, inputs[0]!);
  });
}

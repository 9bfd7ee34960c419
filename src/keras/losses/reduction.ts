import type { Scalar, Tensor } from "@tensorflow/tfjs-node";
import { alongside } from "../metrics/definitions.js";
import { tf } from "../../tfjs/native.js";
import type { Mask } from "../layers/masks.js";

/** How the losses of samples become one number. `"mean"` is `"sumOverBatchSize"`. */
export const reductions = ["sumOverBatchSize", "sum", "mean", "meanWithSampleWeight"] as const;
export type Reduction = (typeof reductions)[number];

/**
 * One number of the losses, times the weights, that no mask hides: as in Keras a mean is one of what is shown, and only
 * `"meanWithSampleWeight"` divides by the weights (`reduce_weighted_values` in keras/src/losses/loss.py).
 */
export function reduced(values: Tensor, reduction: Reduction, weights?: Tensor | null, mask?: Mask): Scalar {
  const shares = mask ? unmasked(mask, weights) : weights;
  const weighed = shares ? tf.mul(values, alongside(shares, values)) : values;
  if (reduction === "sum") return tf.sum(weighed);
  if (reduction === "meanWithSampleWeight" && shares) return tf.divNoNan(tf.sum(weighed), tf.sum(shares));
  if (!mask) return tf.mean(weighed);
  const count = tf.mul(tf.sum(unmasked(mask)), weighed.size / mask.size);
  return tf.divNoNan(tf.sum(weighed), count);
}

/** The weights of steps, 0 for those that are masked. */
export function unmasked(mask: Tensor, weights?: Tensor | null): Tensor {
  const shown = tf.cast(mask, "float32");
  return weights ? tf.mul(shown, alongside(weights, shown)) : shown;
}

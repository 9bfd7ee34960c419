import type { OpenLayerVariable } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";

/**
 * Applies the constraints of weights after a step, as Keras does. TensorFlow.js applies them only where a layer writes a
 * weight itself, never in training, whose optimizers write the variable behind it.
 */
export function applyConstraints(weights: OpenLayerVariable[]): void {
  for (const weight of weights) {
    const { constraint } = weight;
    if (constraint) tf.tidy(() => weight.read().assign(constraint.apply(weight.read())));
  }
}

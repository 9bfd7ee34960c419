import type { Tensor, layers } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { type Inputs, only } from "./base.js";
import { addArguments } from "./extra-arguments.js";

type ReLU = layers.Layer & { maxValue?: number | null; negativeSlope?: number; threshold?: number };
type ELU = layers.Layer & { alpha: number };

/**
 * Gives TensorFlow.js's ReLU Keras's `negativeSlope` and `threshold`, and ELU an `alpha` other than 1, which it refuses ("not
 * implemented").
 */
export function extendActivationLayers(): void {
  addArguments("ReLU", ["reLU"], { negativeSlope: 0, threshold: 0 });
  const relu = Object.getPrototypeOf(tf.layers.reLU()) as ReLU;
  const { call } = relu;
  relu.call = function (this: ReLU, inputs, kwargs) {
    const { negativeSlope: slope = 0, threshold = 0, maxValue } = this;
    if (slope === 0 && threshold === 0) return call.call(this, inputs, kwargs);
    return tf.tidy(() => {
      const x = only(inputs);
      const excess = tf.sub(x, threshold);
      const isAbove = tf.step(excess);
      const output: Tensor = tf.add(tf.mul(x, isAbove), tf.mul(tf.mul(excess, slope), tf.sub(1, isAbove)));
      return maxValue == null ? output : tf.minimum(output, maxValue);
    });
  };

  addArguments("ELU", ["elu"], { alpha: 1 });
  const elu = Object.getPrototypeOf(tf.layers.elu()) as ELU;
  elu.call = function (this: ELU, inputs: Inputs) {
    return tf.tidy(() => {
      const x = only(inputs);
      const positive = tf.relu(x);
      return this.alpha === 1 ? tf.elu(x) : tf.add(positive, tf.mul(tf.sub(tf.elu(x), positive), this.alpha));
    });
  };
}

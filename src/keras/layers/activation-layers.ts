import type { Tensor, layers } from "@tensorflow/tfjs-node";
import { prototypeOf } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";
import { only } from "./base.js";
import { addArguments } from "./extra-arguments.js";

type ReLU = layers.Layer & { maxValue?: number | null; negativeSlope?: number; threshold?: number };
type ELU = layers.Layer & { alpha: number };

const reason = {
  name: "activation layers",
  why: "ReLU has no negativeSlope and threshold, and ELU refuses an alpha other than 1",
};

/**
 * Gives TensorFlow.js's ReLU Keras's `negativeSlope` and `threshold`, and ELU an `alpha` other than 1, which it refuses ("not
 * implemented").
 */
export function extendActivationLayers(): void {
  addArguments("ReLU", ["reLU"], { negativeSlope: 0, threshold: 0 });
  patch(prototypeOf<ReLU>("ReLU"), "call", {
    ...reason,
    wrap: (call) =>
      function (inputs, kwargs) {
        const { negativeSlope: slope = 0, threshold = 0, maxValue } = this;
        if (slope === 0 && threshold === 0) return call.call(this, inputs, kwargs);
        return tf.tidy(() => {
          const x = only(inputs);
          const excess = tf.sub(x, threshold);
          const isAbove = tf.step(excess);
          const below = tf.mul(tf.mul(excess, slope), tf.sub(1, isAbove));
          const output: Tensor = tf.add(tf.mul(x, isAbove), below);
          return maxValue == null ? output : tf.minimum(output, maxValue);
        });
      },
  });

  addArguments("ELU", ["elu"], { alpha: 1 });
  patch(prototypeOf<ELU>("ELU"), "call", {
    ...reason,
    replace(inputs) {
      return tf.tidy(() => {
        const x = only(inputs);
        const positive = tf.relu(x);
        return this.alpha === 1
          ? tf.elu(x)
          : tf.add(positive, tf.mul(tf.sub(tf.elu(x), positive), this.alpha));
      });
    },
  });
}

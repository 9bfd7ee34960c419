import type { LayerVariable, Tensor, layers } from "@tensorflow/tfjs-node";
import { prototypeOf } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";

type LayerNormalization = layers.Layer & {
  axis: number[];
  epsilon: number;
  gamma: LayerVariable | null;
  beta: LayerVariable | null;
};

/**
 * Training with `scale: false` or `center: false` fails in tfjs-layers 4.22 ("Cannot read properties of undefined"), and volumes,
 * of five dimensions, are refused ("not implemented"). Here nothing is repeated to the size of the input, either: adding up what
 * was repeated took tens of thousands of operations for pictures.
 */
export function repairLayerNormalization(): void {
  patch(prototypeOf<LayerNormalization>("LayerNormalization"), "call", {
    name: "layer normalization",
    why: "without scale or center it cannot be trained, and volumes are refused",
    replace(inputs) {
      const input = [inputs].flat()[0]!;
      const { axis, epsilon, gamma, beta } = this;
      return tf.tidy(() => {
        const shape = input.shape.map((size, i) => (axis.includes(i) ? size : 1));
        const { mean, variance } = tf.moments(input, axis, true);
        let output: Tensor = tf.mul(tf.sub(input, mean), tf.rsqrt(tf.add(variance, epsilon)));
        if (gamma) output = tf.mul(output, tf.reshape(gamma.read(), shape));
        return beta ? tf.add(output, tf.reshape(beta.read(), shape)) : output;
      });
    },
  });
}

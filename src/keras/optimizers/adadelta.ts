import type { Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { setUpdateRule } from "./rule.js";

/**
 * TensorFlow.js divides by the accumulated gradient of the *step before*, which is 0 in the first step, so that step
 * equals the raw gradient and training diverges (https://github.com/tensorflow/tfjs/issues/2664). The rule is Zeiler's
 * (2012, algorithm 1), as in Keras.
 */
export function repairAdadelta(): void {
  setUpdateRule(tf.AdadeltaOptimizer, {
    keras: { name: "Adadelta", args: { rho: 0.95, epsilon: 1e-7 } },
    slots: [
      { field: "accumulatedGrads", suffix: "accum_grad", keras: "accumulated_grad" },
      { field: "accumulatedUpdates", suffix: "accum_var", keras: "accumulated_delta_var" },
    ],
    stepValues: ({ learningRate }) => ({ learningRate: learningRate! }),
    update({ gradient, weight, slots: [gradients, updates], values, config }) {
      const rho = config["rho"]!;
      const root = (x: Tensor) => tf.sqrt(tf.add(x, config["epsilon"]!));
      const average = (old: Tensor, now: Tensor) => tf.add(tf.mul(old, rho), tf.mul(tf.square(now), 1 - rho));
      const newGradients = average(gradients!, gradient);
      const change = tf.mul(tf.div(root(updates!), root(newGradients)), gradient);
      return {
        weight: tf.sub(weight, tf.mul(change, values["learningRate"]!)),
        slots: [newGradients, average(updates!, change)],
      };
    },
  });
}

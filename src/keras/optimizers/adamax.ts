import { tf } from "../../tfjs/native.js";
import { setUpdateRule } from "./rule.js";

/** As TensorFlow.js has it, which agrees with Keras, without its counters in tensors: a recorded step is given the rate. */
export function repairAdamax(): void {
  setUpdateRule(tf.AdamaxOptimizer, {
    keras: { name: "Adamax", args: { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 } },
    slots: [
      { field: "accumulatedFirstMoment", suffix: "m", keras: "momentum" },
      { field: "accumulatedWeightedInfNorm", suffix: "v", keras: "norm" },
    ],
    stepValues: ({ learningRate, beta1, decay }, step) => ({
      correctedRate: learningRate! / (1 + decay! * (step - 1)) / (1 - beta1! ** step),
    }),
    update({ gradient, weight, slots: [first, norm], values, config: { beta1, beta2, epsilon } }) {
      const newFirst = tf.add(first!, tf.mul(tf.sub(gradient, first!), 1 - beta1!));
      const newNorm = tf.maximum(tf.mul(norm!, beta2!), tf.abs(gradient));
      const step = tf.div(tf.mul(newFirst, values["correctedRate"]!), tf.add(newNorm, epsilon!));
      return { weight: tf.sub(weight, step), slots: [newFirst, newNorm] };
    },
  });
}

import { tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";
import { setUpdateRule } from "./rule.js";

/**
 * TensorFlow.js multiplies the learning rate in after the momentum has been summed up, Keras before: they differ as soon
 * as the learning rate changes. It also keeps a tensor of the rate that a change of `learningRate` does not reach.
 */
export function repairSgd(): void {
  setUpdateRule(tf.SGDOptimizer, {
    keras: { name: "SGD", args: {} },
    slots: [],
    stepValues: ({ learningRate }) => ({ learningRate: learningRate! }),
    update: ({ gradient, weight, values }) => ({
      weight: tf.sub(weight, tf.mul(gradient, values["learningRate"]!)),
      slots: [],
    }),
  });

  setUpdateRule(tf.MomentumOptimizer, {
    keras: { name: "SGD", args: { momentum: 0, nesterov: false }, properties: { nesterov: "useNesterov" } },
    slots: [{ field: "accumulations", suffix: "momentum", keras: "momentum" }],
    stepValues: ({ learningRate }) => ({ learningRate: learningRate! }),
    update({ gradient, weight, slots: [velocity], values, config: { momentum, useNesterov } }) {
      const step = tf.mul(gradient, values["learningRate"]!);
      const newVelocity = tf.sub(tf.mul(velocity!, momentum!), step);
      const change = useNesterov ? tf.sub(tf.mul(newVelocity, momentum!), step) : newVelocity;
      return { weight: tf.add(weight, change), slots: [newVelocity] };
    },
  });

  patch(tf.MomentumOptimizer.prototype, "dispose", {
    name: "dispose of momentum",
    after: ["state of optimizers"],
    why: "SGD's constructor makes a tensor of the rate, which only SGD frees",
    wrap: (dispose) =>
      function () {
        dispose.call(this);
        tf.SGDOptimizer.prototype.dispose.call(this);
      },
  });
}

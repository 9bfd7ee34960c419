import { tf } from "../../tfjs/native.js";
import { setUpdateRule } from "./rule.js";

/**
 * The centered variant of TensorFlow.js subtracts epsilon under the root, so that a constant gradient gives the root of a
 * negative number; Keras adds it. Here it is Keras's rule.
 */
export function repairRmsprop(): void {
  setUpdateRule(tf.RMSPropOptimizer, {
    keras: {
      name: "RMSprop",
      args: { rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false },
      properties: { rho: "decay" },
      bySlot: true,
    },
    slots: [
      { field: "accumulatedMeanSquares", suffix: "rms", keras: "velocity" },
      { field: "accumulatedMoments", suffix: "momentum", keras: "momentum", needs: "momentum" },
      {
        field: "accumulatedMeanGrads",
        suffix: "mg",
        keras: "average_gradient",
        needs: "centered",
        when: ({ centered }) => Boolean(centered),
      },
    ],
    stepValues: ({ learningRate }) => ({ learningRate: learningRate! }),
    update({ gradient, weight, slots: [squares, velocity, means], values, config }) {
      const { decay: rho, momentum, epsilon } = config;
      const newSquares = tf.add(tf.mul(squares!, rho!), tf.mul(tf.square(gradient), 1 - rho!));
      const newMeans = means && tf.add(tf.mul(means, rho!), tf.mul(gradient, 1 - rho!));
      const variance = newMeans ? tf.sub(newSquares, tf.square(newMeans)) : newSquares;
      const step = tf.div(tf.mul(gradient, values["learningRate"]!), tf.sqrt(tf.add(variance, epsilon!)));
      const newVelocity = momentum ? tf.add(tf.mul(velocity!, momentum), step) : velocity!;
      return {
        weight: tf.sub(weight, momentum ? newVelocity : step),
        slots: newMeans ? [newSquares, newVelocity, newMeans] : [newSquares, newVelocity],
      };
    },
  });
}

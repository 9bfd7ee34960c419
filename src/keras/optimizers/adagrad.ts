import { tf } from "../../tfjs/native.js";
import { setUpdateRule } from "./rule.js";

/** As TensorFlow.js has it, which agrees with Keras; a rule of our own so that the learning rate may change in a recorded step. */
export function repairAdagrad(): void {
  setUpdateRule(tf.AdagradOptimizer, {
    keras: { name: "Adagrad", args: { initial_accumulator_value: 0.1, epsilon: 1e-7 } },
    slots: [
      {
        field: "accumulatedGrads",
        suffix: "accumulator",
        keras: "accumulator",
        initial: ({ initialAccumulatorValue }) => initialAccumulatorValue!,
      },
    ],
    stepValues: ({ learningRate }) => ({ learningRate: learningRate! }),
    update({ gradient, weight, slots: [squares], values, config: { epsilon = 1e-7 } }) {
      const newSquares = tf.add(squares!, tf.square(gradient));
      const step = tf.div(tf.mul(gradient, values["learningRate"]!), tf.sqrt(tf.add(newSquares, epsilon)));
      return { weight: tf.sub(weight, step), slots: [newSquares] };
    },
  });
}

import { tf } from "../native.js";
import { setUpdateRule } from "../optimizers/rule.js";

/**
 * TensorFlow.js adds epsilon to the bias-corrected root of the second moment. Keras corrects the learning rate instead and
 * adds epsilon to the plain root (the form at the end of section 2 of Kingma and Ba, 2014); for small gradients early in
 * training the steps differ by up to a factor of 30. Here it is Keras's.
 */
export function repairAdam(): void {
  setUpdateRule(tf.AdamOptimizer, {
    slots: [
      { field: "accumulatedFirstMoment", suffix: "m" },
      { field: "accumulatedSecondMoment", suffix: "v" },
    ],
    stepValues: ({ learningRate, beta1, beta2 }, step) => ({
      correctedRate: (learningRate! * Math.sqrt(1 - beta2! ** step)) / (1 - beta1! ** step),
    }),
    update({ gradient, weight, slots: [first, second], values, config: { beta1, beta2, epsilon } }) {
      const newFirst = tf.add(first!, tf.mul(tf.sub(gradient, first!), 1 - beta1!));
      const newSecond = tf.add(second!, tf.mul(tf.sub(tf.square(gradient), second!), 1 - beta2!));
      const step = tf.div(tf.mul(newFirst, values["correctedRate"]!), tf.add(tf.sqrt(newSecond), epsilon!));
      return { weight: tf.sub(weight, step), slots: [newFirst, newSecond] };
    },
  });
}

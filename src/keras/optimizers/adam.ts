import { tf } from "../../tfjs/native.js";
import { setUpdateRule } from "./rule.js";

/**
 * TensorFlow.js adds epsilon to the bias-corrected root of the second moment. Keras corrects the learning rate instead and
 * adds epsilon to the plain root (the form at the end of section 2 of Kingma and Ba, 2014); for small gradients early in
 * training the steps differ by up to a factor of 30. Here it is Keras's, with
 * the variant AMSGrad (Reddi et al., 2018), too: divided by the greatest second moment so far.
 */
export function repairAdam(): void {
  setUpdateRule(tf.AdamOptimizer, {
    keras: { name: "Adam", args: { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7, amsgrad: false } },
    slots: [
      { field: "accumulatedFirstMoment", suffix: "m", keras: "momentum" },
      { field: "accumulatedSecondMoment", suffix: "v", keras: "velocity" },
      {
        field: "greatestSecondMoments",
        suffix: "vhat",
        keras: "velocity_hat",
        needs: "amsgrad",
        afterAll: true,
        when: ({ amsgrad }) => Boolean(amsgrad),
      },
    ],
    stepValues: ({ learningRate, beta1, beta2 }, step) => ({
      correctedRate: (learningRate! * Math.sqrt(1 - beta2! ** step)) / (1 - beta1! ** step),
    }),
    update({ gradient, weight, slots: [first, second, most], values, config: { beta1, beta2, epsilon } }) {
      const newFirst = tf.add(first!, tf.mul(tf.sub(gradient, first!), 1 - beta1!));
      const newSecond = tf.add(second!, tf.mul(tf.sub(tf.square(gradient), second!), 1 - beta2!));
      const newMost = most && tf.maximum(most, newSecond);
      const root = tf.sqrt(newMost ?? newSecond);
      const step = tf.div(tf.mul(newFirst, values["correctedRate"]!), tf.add(root, epsilon!));
      return {
        weight: tf.sub(weight, step),
        slots: newMost ? [newFirst, newSecond, newMost] : [newFirst, newSecond],
      };
    },
  });
}

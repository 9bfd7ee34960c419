import { tf } from "../../tfjs/native.js";
import { addClass } from "../../tfjs/registries.js";
import { NewOptimizer } from "./new-optimizer.js";
import { setUpdateRule } from "./rule.js";

/** Adam whose steps are as long as the weights are large, layer by layer (You et al., 2019). https://keras.io/api/optimizers/lamb/ */
export class LambOptimizer extends NewOptimizer {
  static get className(): string {
    return "Lamb";
  }

  constructor(
    readonly learningRate = 0.001,
    readonly beta1 = 0.9,
    readonly beta2 = 0.999,
    readonly epsilon = 1e-7,
  ) {
    super();
  }

  getConfig(): Record<string, number> {
    const { learningRate, beta1, beta2, epsilon } = this;
    return { learningRate, beta1, beta2, epsilon };
  }

  static override fromConfig(_class: unknown, config: Record<string, number>): never {
    const { learningRate, beta1, beta2, epsilon } = config;
    return new LambOptimizer(learningRate, beta1, beta2, epsilon) as never;
  }
}

setUpdateRule(LambOptimizer, {
  keras: { name: "Lamb", args: { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 } },
  slots: [
    { field: "firstMoments", suffix: "m", keras: "momentum" },
    { field: "secondMoments", suffix: "v", keras: "velocity" },
  ],
  stepValues: ({ learningRate, beta1, beta2 }, step) => ({
    learningRate: learningRate!,
    firstCorrection: 1 - beta1! ** step,
    secondCorrection: 1 - beta2! ** step,
  }),
  update({ gradient, weight, slots: [first, second], values, config: { beta1, beta2, epsilon } }) {
    const newFirst = tf.add(first!, tf.mul(tf.sub(gradient, first!), 1 - beta1!));
    const newSecond = tf.add(second!, tf.mul(tf.sub(tf.square(gradient), second!), 1 - beta2!));
    const root = tf.add(tf.sqrt(tf.div(newSecond, values["secondCorrection"]!)), epsilon!);
    const direction = tf.div(tf.div(newFirst, values["firstCorrection"]!), root);
    const [size, length] = [weight, direction].map((all) => tf.sqrt(tf.sum(tf.square(all))));
    const bothAreSome = tf.greater(tf.mul(size!, length!), 0);
    const ratio = tf.where(bothAreSome, tf.divNoNan(size!, length!), tf.onesLike(size!));
    const step = tf.mul(direction, tf.mul(ratio, values["learningRate"]!));
    return { weight: tf.sub(weight, step), slots: [newFirst, newSecond] };
  },
});
addClass(LambOptimizer);

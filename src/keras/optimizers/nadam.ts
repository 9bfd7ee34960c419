import { tf } from "../../tfjs/native.js";
import { addClass } from "../../tfjs/registries.js";
import { NewOptimizer } from "./new-optimizer.js";
import { setUpdateRule } from "./rule.js";

/** Adam with Nesterov momentum (Dozat, 2016). https://keras.io/api/optimizers/nadam/ */
export class NadamOptimizer extends NewOptimizer {
  static get className(): string {
    return "Nadam";
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
    return new NadamOptimizer(learningRate, beta1, beta2, epsilon) as never;
  }
}

/** The momentum of a step, from 1: it rises towards beta1. */
const momentumAt = (step: number, beta1: number) => beta1 * (1 - 0.5 * 0.96 ** step);

/** The product of the momenta up to a step. */
function productUpTo(step: number, beta1: number): number {
  let product = 1;
  // From some step on it is 0 in every precision, and bias correction is over.
  for (let i = 1; i <= step && product > 0; i++) product *= momentumAt(i, beta1);
  return product;
}

setUpdateRule(NadamOptimizer, {
  keras: {
    name: "Nadam",
    args: { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 },
    last: ({ beta_1: beta1 }, iterations) => productUpTo(iterations, Number(beta1)),
  },
  slots: [
    { field: "firstMoments", suffix: "m", keras: "momentum" },
    { field: "secondMoments", suffix: "v", keras: "velocity" },
  ],
  stepValues({ learningRate, beta1, beta2 }, step) {
    const [now, next] = [momentumAt(step, beta1!), momentumAt(step + 1, beta1!)];
    const product = productUpTo(step, beta1!);
    return {
      learningRate: learningRate!,
      momentShare: next / (1 - product * next),
      gradientShare: (1 - now) / (1 - product),
      secondCorrection: 1 - beta2! ** step,
    };
  },
  update({ gradient, weight, slots: [first, second], values, config: { beta1, beta2, epsilon } }) {
    const newFirst = tf.add(first!, tf.mul(tf.sub(gradient, first!), 1 - beta1!));
    const newSecond = tf.add(second!, tf.mul(tf.sub(tf.square(gradient), second!), 1 - beta2!));
    const direction = tf.add(
      tf.mul(newFirst, values["momentShare"]!),
      tf.mul(gradient, values["gradientShare"]!),
    );
    const size = tf.add(tf.sqrt(tf.div(newSecond, values["secondCorrection"]!)), epsilon!);
    const step = tf.div(tf.mul(direction, values["learningRate"]!), size);
    return { weight: tf.sub(weight, step), slots: [newFirst, newSecond] };
  },
});
addClass(NadamOptimizer);

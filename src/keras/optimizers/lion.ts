import { tf } from "../../tfjs/native.js";
import { addClass } from "../../tfjs/registries.js";
import { NewOptimizer } from "./new-optimizer.js";
import { setUpdateRule } from "./rule.js";

/** Steps by the sign of the momentum (Chen et al., 2023). https://keras.io/api/optimizers/lion/ */
export class LionOptimizer extends NewOptimizer {
  static get className(): string {
    return "Lion";
  }

  constructor(
    readonly learningRate = 0.001,
    readonly beta1 = 0.9,
    readonly beta2 = 0.99,
  ) {
    super();
  }

  getConfig(): Record<string, number> {
    const { learningRate, beta1, beta2 } = this;
    return { learningRate, beta1, beta2 };
  }

  static override fromConfig(_class: unknown, config: Record<string, number>): never {
    return new LionOptimizer(config["learningRate"], config["beta1"], config["beta2"]) as never;
  }
}

setUpdateRule(LionOptimizer, {
  keras: { name: "Lion", args: { beta_1: 0.9, beta_2: 0.99 } },
  slots: [{ field: "momenta", suffix: "m", keras: "momentum" }],
  stepValues: ({ learningRate }) => ({ learningRate: learningRate! }),
  update({ gradient, weight, slots: [momentum], values, config: { beta1, beta2 } }) {
    const mixed = (beta: number) => tf.add(tf.mul(momentum!, beta), tf.mul(gradient, 1 - beta));
    const step = tf.mul(tf.sign(mixed(beta1!)), values["learningRate"]!);
    return { weight: tf.sub(weight, step), slots: [mixed(beta2!)] };
  },
});
addClass(LionOptimizer);

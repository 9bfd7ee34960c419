import { tf } from "../../tfjs/native.js";
import { addClass } from "../../tfjs/registries.js";
import { NewOptimizer } from "./new-optimizer.js";
import { setUpdateRule } from "./rule.js";

/** Follow the regularized leader (McMahan et al., 2013, algorithm 1). https://keras.io/api/optimizers/ftrl/ */
export class FtrlOptimizer extends NewOptimizer {
  static get className(): string {
    return "Ftrl";
  }

  constructor(
    readonly learningRate = 0.001,
    readonly learningRatePower = -0.5,
    readonly initialAccumulatorValue = 0.1,
    readonly l1RegularizationStrength = 0,
    readonly l2RegularizationStrength = 0,
    readonly l2ShrinkageRegularizationStrength = 0,
    readonly beta = 0,
  ) {
    super();
  }

  getConfig(): Record<string, number> {
    const { learningRate, learningRatePower, initialAccumulatorValue, beta } = this;
    const { l1RegularizationStrength, l2RegularizationStrength, l2ShrinkageRegularizationStrength } = this;
    return {
      learningRate,
      learningRatePower,
      initialAccumulatorValue,
      l1RegularizationStrength,
      l2RegularizationStrength,
      l2ShrinkageRegularizationStrength,
      beta,
    };
  }

  static override fromConfig(_class: unknown, config: Record<string, number>): never {
    return new FtrlOptimizer(
      config["learningRate"],
      config["learningRatePower"],
      config["initialAccumulatorValue"],
      config["l1RegularizationStrength"],
      config["l2RegularizationStrength"],
      config["l2ShrinkageRegularizationStrength"],
      config["beta"],
    ) as never;
  }
}

setUpdateRule(FtrlOptimizer, {
  keras: {
    name: "Ftrl",
    args: {
      learning_rate_power: -0.5,
      initial_accumulator_value: 0.1,
      l1_regularization_strength: 0,
      l2_regularization_strength: 0,
      l2_shrinkage_regularization_strength: 0,
      beta: 0,
    },
  },
  slots: [
    {
      field: "accumulators",
      suffix: "accumulator",
      keras: "accumulator",
      initial: ({ initialAccumulatorValue }) => initialAccumulatorValue!,
    },
    { field: "linears", suffix: "linear", keras: "linear" },
  ],
  stepValues: ({ learningRate }) => ({ learningRate: learningRate! }),
  update({ gradient, weight, slots: [accumulator, linear], values, config }) {
    const rate = values["learningRate"]!;
    const l1 = config["l1RegularizationStrength"]!;
    const shrinkage = config["l2ShrinkageRegularizationStrength"]!;
    const l2 = tf.add(tf.div(config["beta"]! / 2, rate), config["l2RegularizationStrength"]!);
    const power = (x: typeof gradient) => tf.div(tf.pow(x, -config["learningRatePower"]!), rate);

    const newAccumulator = tf.add(accumulator!, tf.square(gradient));
    const growth = tf.sub(power(newAccumulator), power(accumulator!));
    const shrunk = tf.add(gradient, tf.mul(weight, 2 * shrinkage));
    const newLinear = tf.add(linear!, tf.sub(shrunk, tf.mul(growth, weight)));
    const quadratic = tf.add(power(newAccumulator), tf.mul(l2, 2));
    const newWeight = tf.div(tf.sub(tf.clipByValue(newLinear, -l1, l1), newLinear), quadratic);
    return { weight: newWeight, slots: [newAccumulator, newLinear] };
  },
});
addClass(FtrlOptimizer);

import type { Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { type Config, type Inputs, only } from "./base.js";
import type { DiscretizationArgs } from "./types.cjs";
import { kerasForm } from "./keras-form.js";

/**
 * Gives for each number the index of the bin it is in: https://keras.io/api/layers/preprocessing_layers/numerical/discretization/
 */
export class Discretization extends tf.layers.Layer {
  static readonly className = "Discretization";
  static readonly form = kerasForm("bin_boundaries", {
    only: { output_mode: "int", epsilon: 0.01 },
    untrainable: true,
  });
  readonly binBoundaries: number[];

  constructor(args: DiscretizationArgs) {
    super(args);
    this.binBoundaries = args.binBoundaries;
  }

  override call(inputs: Inputs): Inputs {
    return tf.tidy(() => {
      const numbers = tf.expandDims(only(inputs), -1);
      const isAbove: Tensor = tf.greaterEqual(numbers, tf.tensor1d(this.binBoundaries));
      return tf.sum(tf.cast(isAbove, "int32"), -1);
    });
  }

  override getConfig(): Config {
    return { ...super.getConfig(), binBoundaries: this.binBoundaries };
  }
}

import { tf } from "../../tfjs/native.js";
import { type Config, type Inputs, only } from "./base.js";
import type { UnitNormalizationArgs } from "./types.cjs";
import { kerasForm } from "./keras-form.js";

/** Divides by the Euclidean norm: https://keras.io/api/layers/normalization_layers/unit_normalization/ */
export class UnitNormalization extends tf.layers.Layer {
  static readonly className = "UnitNormalization";
  static readonly form = kerasForm("axis");
  private readonly axis: number | number[];

  constructor(args: UnitNormalizationArgs = {}) {
    super(args);
    this.axis = args.axis ?? -1;
    this.supportsMasking = true;
  }

  override call(inputs: Inputs): Inputs {
    return tf.tidy(() => {
      const input = only(inputs);
      const squares = tf.sum(tf.square(input), this.axis, true);
      // Keras's epsilon of 1e-12 bounds the norm, whose square this is.
      return tf.mul(input, tf.rsqrt(tf.maximum(squares, 1e-24)));
    });
  }

  override getConfig(): Config {
    return { ...super.getConfig(), axis: this.axis };
  }
}

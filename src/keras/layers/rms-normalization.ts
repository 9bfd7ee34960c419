import type { LayerVariable } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { type Config, type Inputs, objectFrom, only, onlyShape, type Shapes } from "./base.js";
import type { RMSNormalizationArgs } from "./types.cjs";
import { kerasForm } from "./keras-form.js";

/**
 * Divides by the root of the mean square and scales: Zhang and Sennrich, 2019, https://arxiv.org/abs/1910.07467
 * (https://keras.io/api/layers/normalization_layers/rms_normalization/).
 */
export class RMSNormalization extends tf.layers.Layer {
  static readonly className = "RMSNormalization";
  static readonly form = kerasForm("axis epsilon");
  private readonly axis: number[];
  private readonly epsilon: number;
  private gamma!: LayerVariable;

  constructor(args: RMSNormalizationArgs = {}) {
    super(args);
    this.axis = [args.axis ?? -1].flat();
    this.epsilon = args.epsilon ?? 1e-6;
  }

  override build(shapes: Shapes): void {
    const shape = onlyShape(shapes);
    const sizes = this.axis.map((axis) => shape.at(axis)!);
    this.gamma = this.addWeight("scale", sizes, "float32", objectFrom("Initializer", "ones"));
    this.built = true;
  }

  override call(inputs: Inputs): Inputs {
    return tf.tidy(() => {
      const input = only(inputs);
      const axes = this.axis.map((axis) => (axis + input.rank) % input.rank);
      const meanSquare = tf.mean(tf.square(input), axes, true);
      const normalized = tf.mul(input, tf.rsqrt(tf.add(meanSquare, this.epsilon)));
      const broadcast = input.shape.map((size, axis) => (axes.includes(axis) ? size : 1));
      return tf.mul(normalized, tf.reshape(this.gamma.read(), broadcast));
    });
  }

  override getConfig(): Config {
    return { ...super.getConfig(), axis: this.axis, epsilon: this.epsilon };
  }
}

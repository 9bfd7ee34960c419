import type { LayerVariable, Shape, Tensor, layers } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { type Config, type Inputs, only, onlyShape, type Shapes } from "./base.js";
import type { GroupNormalizationArgs } from "./types.cjs";
import { kerasForm } from "./keras-form.js";

/** What BatchNormalization keeps of the arguments that both have. */
interface Normalization extends layers.Layer {
  axis: number;
  epsilon: number;
  center: boolean;
  scale: boolean;
}

const BatchNormalization = tf.layers.batchNormalization().constructor as new (args: object) => Normalization;

/**
 * Normalizes each sample by groups of its channels: Wu and He, 2018, https://arxiv.org/abs/1803.08494
 * (https://keras.io/api/layers/normalization_layers/group_normalization/).
 */
export class GroupNormalization extends BatchNormalization {
  static readonly className = "GroupNormalization";
  static readonly form = kerasForm(
    `groups axis epsilon center scale beta_initializer gamma_initializer beta_regularizer gamma_regularizer
     beta_constraint gamma_constraint`,
  );
  readonly groups: number;
  #gamma: LayerVariable | undefined;
  #beta: LayerVariable | undefined;

  constructor(args: GroupNormalizationArgs = {}) {
    super(args);
    this.groups = args.groups ?? 32;
  }

  override build(shapes: Shapes): void {
    const shape = onlyShape(shapes);
    const channels = shape.at(this.axis);
    const groups = this.groups === -1 ? channels : this.groups;
    if (channels == null || groups == null || channels % groups !== 0) {
      throw new Error(
        `GroupNormalization got the shape [${shape.join()}] for ${this.groups} groups along axis ${this.axis}. Expected ` +
          "a number of channels that the groups divide. Set `groups` to a divisor of it.",
      );
    }
    const weight = (name: "gamma" | "beta"): LayerVariable => {
      const settings = this as unknown as Record<string, never>;
      const [initializer, regularizer, constraint] = ["Initializer", "Regularizer", "Constraint"].map(
        (kind) => settings[`${name}${kind}`]!,
      );
      return this.addWeight(name, [channels], "float32", initializer, regularizer, true, constraint);
    };
    if (this.scale) this.#gamma = weight("gamma");
    if (this.center) this.#beta = weight("beta");
    this.inputSpec = [{ ndim: shape.length }];
    this.built = true;
  }

  override call(inputs: Inputs): Inputs {
    return tf.tidy(() => {
      const input = only(inputs);
      const axis = (this.axis + input.rank) % input.rank;
      const channels = input.shape[axis]!;
      const groups = this.groups === -1 ? channels : this.groups;
      const split = (shape: Shape): number[] =>
        shape.flatMap((size, i) => (i === axis ? [groups, size! / groups] : [size!]));
      const ones = input.shape.map((size, i) => (i === axis ? size : 1));
      const grouped = tf.reshape(input, split(input.shape));
      const axes = grouped.shape.map((_, i) => i).filter((i) => i !== 0 && i !== axis);
      const { mean, variance } = tf.moments(grouped, axes, true);
      const normalized = tf.mul(tf.sub(grouped, mean), tf.rsqrt(tf.add(variance, this.epsilon)));
      let output: Tensor = tf.reshape(normalized, input.shape);
      if (this.#gamma) output = tf.mul(output, tf.reshape(this.#gamma.read(), ones));
      if (this.#beta) output = tf.add(output, tf.reshape(this.#beta.read(), ones));
      return output;
    });
  }

  override getConfig(): Config {
    const config = super.getConfig();
    for (const key of ["momentum", "movingMeanInitializer", "movingVarianceInitializer"]) delete config[key];
    return { ...config, groups: this.groups };
  }
}

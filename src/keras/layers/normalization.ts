import type { LayerVariable, Shape, Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { type Config, type Inputs, objectFrom, only, onlyShape, type Shapes } from "./base.js";
import type { NormalizationArgs } from "./types.cjs";
import { kerasForm } from "./keras-form.js";

type Numbers = number | Numbers[];
const epsilon = 1e-7;

/**
 * Shifts and scales its input to mean 0 and variance 1, by numbers that are given or learned from data with `adapt`:
 * https://keras.io/api/layers/preprocessing_layers/numerical/normalization/
 */
export class Normalization extends tf.layers.Layer {
  static readonly className = "Normalization";
  static readonly form = kerasForm("axis mean variance invert");
  private readonly axis: number[];
  private readonly invert: boolean;
  private readonly given: { mean: Numbers; variance: Numbers } | undefined;
  private learned: { mean: LayerVariable; variance: LayerVariable } | undefined;

  constructor(args: NormalizationArgs = {}) {
    super(args);
    this.axis = args.axis === null ? [] : [args.axis ?? -1].flat();
    this.invert = args.invert ?? false;
    this.supportsMasking = true;
    const { mean, variance } = args;
    if ((mean == null) !== (variance == null)) {
      throw new Error(
        `Normalization got ${mean == null ? "a variance without a mean" : "a mean without a variance"}. Expected both or ` +
          "none. Give both, or none and call `adapt(data)`.",
      );
    }
    if (mean != null && variance != null) this.given = { mean, variance };
  }

  override build(shapes: Shapes): void {
    if (this.given) {
      this.built = true;
      return;
    }
    const shape = onlyShape(shapes);
    const sizes = this.#axes(shape.length).map((axis) => shape[axis]!);
    const weight = (name: string, start: string): LayerVariable =>
      this.addWeight(name, sizes, "float32", objectFrom("Initializer", start), undefined, false);
    this.learned = { mean: weight("mean", "zeros"), variance: weight("variance", "ones") };
    // Keras keeps it for old files only. Without it, weights would not match.
    this.addWeight("count", [], "int32", objectFrom("Initializer", "zeros"), undefined, false);
    this.built = true;
  }

  /**
   * Learns mean and variance along the layer's `axis` from all of `data`, `[samples, ...]`.
   *
   * @throws Error if mean and variance were given
   */
  adapt(data: Tensor): void {
    if (this.given) {
      throw new Error(
        "Normalization was told its mean and variance and is asked to adapt. Expected one of both. Leave out `mean` and `variance`.",
      );
    }
    if (!this.built) this.build(data.shape);
    const kept = this.#axes(data.rank);
    tf.tidy(() => {
      const others = data.shape.map((_, axis) => axis).filter((axis) => !kept.includes(axis));
      const { mean, variance } = tf.moments(data, others);
      this.learned!.mean.write(mean);
      this.learned!.variance.write(variance);
    });
  }

  override call(inputs: Inputs): Inputs {
    return tf.tidy(() => {
      const input = only(inputs);
      const mean = this.#broadcast("mean", input.shape);
      const deviation = tf.maximum(tf.sqrt(this.#broadcast("variance", input.shape)), epsilon);
      return this.invert ? tf.add(mean, tf.mul(input, deviation)) : tf.div(tf.sub(input, mean), deviation);
    });
  }

  #axes(rank: number): number[] {
    return this.axis.map((axis) => (axis + rank) % rank).toSorted((a, b) => a - b);
  }

  #broadcast(key: "mean" | "variance", shape: Shape): Tensor {
    const values = this.learned ? this.learned[key].read() : tf.tensor(this.given![key]);
    const axes = this.#axes(shape.length).slice(-values.rank || shape.length);
    return tf.reshape(
      values,
      shape.map((_, axis) => (axes.includes(axis) ? values.shape[axes.indexOf(axis)]! : 1)),
    );
  }

  override getConfig(): Config {
    const { mean, variance } = this.given ?? { mean: null, variance: null };
    return { ...super.getConfig(), axis: this.axis, invert: this.invert, mean, variance };
  }
}

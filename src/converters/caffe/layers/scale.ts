import type * as Tf from "@tensorflow/tfjs";
import type { LayerVariable } from "@tensorflow/tfjs-node";
import { type Config, type Inputs, objectFrom, only } from "../../../keras/layers/base.js";
import { tf } from "../../../keras/load.js";
import { caffeShape, type CaffeLayer } from "../caffe-layer.js";

interface ScaleArgs {
  name?: string;
  /** Of its weights, those of a sample's axes that they do not have being 1. */
  weightShape: number[];
  useBias: boolean;
}

/** Multiplies by weights, and adds others. https://caffe.berkeleyvision.org/tutorial/layers/scale.html */
export class Scale extends tf.layers.Layer {
  static readonly className = "Scale";
  private readonly args: ScaleArgs;
  private scale!: LayerVariable;
  private bias: LayerVariable | undefined;

  constructor(args: ScaleArgs) {
    super(args);
    this.args = args;
  }

  override build(): void {
    const { weightShape, useBias } = this.args;
    this.scale = this.addWeight("scale", weightShape, "float32", objectFrom("Initializer", "ones"));
    if (useBias)
      this.bias = this.addWeight("bias", weightShape, "float32", objectFrom("Initializer", "zeros"));
    this.built = true;
  }

  override call(inputs: Inputs): Inputs {
    return tf.tidy(() => {
      const scaled = tf.mul(only(inputs), this.scale.read());
      return this.bias ? tf.add(scaled, this.bias.read()) : scaled;
    });
  }

  override getConfig(): Config {
    const { weightShape, useBias } = this.args;
    return { ...super.getConfig(), weightShape, useBias };
  }
}

/** With one bottom it has weights, with two it multiplies them. */
export function scale(layer: CaffeLayer): Tf.SymbolicTensor {
  const settings = layer.settings("scale_param");
  const [input, factor] = layer.inputs;
  if (!input || layer.inputs.length > 2) layer.refuse(`has ${layer.inputs.length} bottoms`, "one or two");
  const rank = input.shape.length;
  const sizes = caffeShape(input.shape) as number[];
  const given = settings.whole("axis", 1, -rank);
  if (factor) return scaledBy(layer, input, factor, given);
  const first = given < 0 ? given + rank : given;
  if (first < 1 || first >= rank) layer.refuse(`has axis ${given}`, `an axis from 1 to ${rank - 1}`);
  const count = settings.whole("num_axes", 1, -1);
  const last = count < 0 ? rank : first + count;
  if (last > rank) layer.refuse(`has ${count} axes from axis ${given} on`, `at most ${rank - first}`);
  const useBias = settings.flag("bias_term", false);
  const own = sizes.slice(first, last);
  const spread = sizes.slice(1).map((size, i) => (i + 1 >= first && i + 1 < last ? size : 1));
  const weightShape = rank === 4 ? [spread[1]!, spread[2]!, spread[0]!] : spread;
  return layer.applyWeighted(
    ({ name }) => new Scale({ name, weightShape, useBias }),
    input,
    () =>
      layer.weights(own, ...(useBias ? [own] : [])).map((weights) => {
        const inOrder = tf.reshape(weights, spread);
        return rank === 4 ? tf.transpose(inOrder, [1, 2, 0]) : inOrder;
      }),
  );
}

/** The second bottom has the first axes of the first one, that of the batch included. */
function scaledBy(
  layer: CaffeLayer,
  input: Tf.SymbolicTensor,
  factor: Tf.SymbolicTensor,
  axis: number,
): Tf.SymbolicTensor {
  const [sizes, own] = [caffeShape(input.shape) as number[], caffeShape(factor.shape) as number[]];
  if (axis !== 0 || own.length > sizes.length || own.some((size, i) => size !== sizes[i])) {
    layer.refuse(
      `multiplies [${sizes.join(", ")}] by [${own.join(", ")}] from axis ${axis} on`,
      "axis: 0, and a second bottom that has the first sizes of the first one",
    );
  }
  if (layer.settings("scale_param").flag("bias_term", false))
    layer.refuse("has two bottoms and a bias", "no bias_term");
  if (own.length === sizes.length)
    return layer.apply(({ name }) => tf.layers.multiply({ name }), [input, factor]);
  const spread = sizes.slice(1).map((_, i) => own[i + 1] ?? 1);
  const shape = sizes.length === 4 ? [spread[1]!, spread[2]!, spread[0]!] : spread;
  const wide = layer.apply(({ name }) => tf.layers.reshape({ name, targetShape: shape }), factor, "_factor");
  return layer.apply(({ name }) => tf.layers.multiply({ name }), [input, wide]);
}

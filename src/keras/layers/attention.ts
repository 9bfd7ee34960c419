import type { LayerVariable, Shape, Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { type Mask, masksOf } from "./masks.js";
import { type CallArguments, type Config, type Inputs, objectFrom, type Shapes } from "./base.js";
import type { AdditiveAttentionArgs, AttentionArgs } from "./types.cjs";
import { attentionCall, type KerasForm, kerasForm } from "./keras-form.js";

/**
 * The values, weighed by how well their keys fit each query (Luong et al., 2015, https://arxiv.org/abs/1508.04025), for
 * `[query, value]` or `[query, value, key]`: https://keras.io/api/layers/attention_layers/attention/
 */
export class Attention extends tf.layers.Layer {
  static readonly className: string = "Attention";
  static readonly form: KerasForm = kerasForm("use_scale score_mode dropout", { call: attentionCall });
  protected readonly useScale: boolean;
  protected scale: LayerVariable | undefined;
  private concatWeight: LayerVariable | undefined;
  private readonly scoreMode: "dot" | "concat";
  private readonly dropout: number;
  private readonly useCausalMask: boolean;
  private readonly returnAttentionScores: boolean;

  constructor(args: AttentionArgs = {}) {
    super(args);
    this.useScale = args.useScale ?? false;
    this.scoreMode = args.scoreMode ?? "dot";
    this.dropout = args.dropout ?? 0;
    this.useCausalMask = args.useCausalMask ?? false;
    this.returnAttentionScores = args.returnAttentionScores ?? false;
    this.supportsMasking = true;
  }

  override build(_shapes: Shapes): void {
    const scalar = (name: string): LayerVariable =>
      this.addWeight(name, [], "float32", objectFrom("Initializer", "ones"));
    if (this.useScale) this.scale = scalar("scale");
    if (this.scoreMode === "concat") this.concatWeight = scalar("concat_score_weight");
    this.built = true;
  }

  /** How well each key fits each query, `[batch, queries, keys]`. */
  protected scores(query: Tensor, key: Tensor): Tensor {
    if (this.scoreMode === "dot") {
      const products = tf.matMul(query, key, false, true);
      return this.scale ? tf.mul(products, this.scale.read()) : products;
    }
    const sums = tf.add(tf.expandDims(query, 2), tf.expandDims(key, 1));
    return tf.mul(
      tf.sum(tf.tanh(this.scale ? tf.mul(sums, this.scale.read()) : sums), -1),
      this.concatWeight!.read(),
    );
  }

  override call(inputs: Inputs, { training = false }: CallArguments): Inputs {
    return tf.tidy(() => {
      const [query, value, key = value] = inputsOf(this, inputs);
      const [queryMask, valueMask] = masksOf([query, value]);
      const scores = this.scores(query, key);
      const mask = combined(
        valueMask && tf.expandDims(valueMask, 1),
        this.useCausalMask ? causalMask(scores.shape) : undefined,
      );
      const weights = attentionWeights(scores, mask, training ? this.dropout : 0);
      const values = tf.matMul(weights, value);
      const output = queryMask ? tf.mul(values, tf.cast(tf.expandDims(queryMask, -1), "float32")) : values;
      return this.returnAttentionScores ? [output, weights] : output;
    });
  }

  override computeOutputShape(shapes: Shapes): Shapes {
    const [query, value, key = value] = shapes as Shape[];
    const output = [...query!.slice(0, -1), value!.at(-1)!];
    return this.returnAttentionScores ? [output, [...query!.slice(0, -1), key!.at(-2)!]] : output;
  }

  override computeMask(_inputs: Inputs, masks?: Inputs): Tensor {
    return firstMask(masks);
  }

  override getConfig(): Config {
    const { useScale, scoreMode, dropout, useCausalMask, returnAttentionScores } = this;
    return { ...super.getConfig(), useScale, scoreMode, dropout, useCausalMask, returnAttentionScores };
  }
}

/** Attention by sums: Bahdanau et al., 2014, https://arxiv.org/abs/1409.0473 */
export class AdditiveAttention extends Attention {
  static override readonly className = "AdditiveAttention";
  static override readonly form = kerasForm("use_scale dropout", { call: attentionCall });

  constructor(args: AdditiveAttentionArgs = {}) {
    super({ useScale: true, ...args });
  }

  override build(shapes: Shapes): void {
    const size = (shapes as Shape[])[0]!.at(-1)!;
    const initializer = objectFrom("Initializer", "glorotUniform");
    if (this.useScale) this.scale = this.addWeight("scale", [size], "float32", initializer);
    this.built = true;
  }

  protected override scores(query: Tensor, key: Tensor): Tensor {
    const sums = tf.tanh(tf.add(tf.expandDims(query, 2), tf.expandDims(key, 1)));
    return tf.sum(this.scale ? tf.mul(sums, this.scale.read()) : sums, -1);
  }

  override getConfig(): Config {
    const { scoreMode: _dot, ...config } = super.getConfig();
    return config;
  }
}

/** Two or three inputs, or four where a layer takes a mask; fails clearly otherwise. */
export function inputsOf(
  layer: { name: string },
  inputs: Inputs,
  most: 3 | 4 = 3,
): [query: Tensor, value: Tensor, key?: Tensor, mask?: Tensor] {
  const count = Array.isArray(inputs) ? inputs.length : 1;
  if (count >= 2 && count <= most) return inputs as [Tensor, Tensor];
  throw new Error(
    `Layer ${JSON.stringify(layer.name)} got ${count} input${count === 1 ? "" : "s"}. Expected ${most === 3 ? "2 or 3" : "2 to 4"}. ` +
      "Call it with [query, value] or [query, value, key]; for self-attention with [x, x].",
  );
}

/** Softmax over the keys; those where `mask`, `[..., queries or 1, keys]`, is false count nothing. */
function attentionWeights(scores: Tensor, mask: Tensor | undefined, dropout: number): Tensor {
  const possible = mask
    ? tf.where(tf.broadcastTo(mask, scores.shape as never), scores, tf.sub(scores, 1e9))
    : scores;
  return withDropout(tf.softmax(possible), dropout);
}

export const withDropout = (weights: Tensor, rate: number): Tensor =>
  rate > 0 ? tf.dropout(weights, rate) : weights;

/** No query looks at later keys: `[1, queries, keys]` from the shape of the scores. */
export function causalMask(shape: number[]): Tensor {
  const [queries, keys] = shape.slice(-2) as [number, number];
  const rows = tf.reshape(tf.range(0, queries, 1, "int32"), [1, queries, 1]);
  return tf.greaterEqual(rows, tf.reshape(tf.range(0, keys, 1, "int32"), [1, 1, keys]));
}

export function combined(...masks: Mask[]): Tensor | undefined {
  const given = masks.filter((mask) => mask != null).map((mask) => tf.cast(mask, "bool"));
  return given.length === 0 ? undefined : given.reduce((a, b) => tf.logicalAnd(a, b));
}

/** The mask of the queries, which are the first input, is that of the output. */
export function firstMask(masks: Inputs | undefined): Tensor {
  return (Array.isArray(masks) ? masks[0] : masks) as Tensor;
}

import type { LayerVariable, Shape, Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { masksForAttention } from "./masks.js";
import { causalMask, combined, firstMask, inputsOf, withDropout } from "./attention.js";
import { type CallArguments, type Config, type Inputs, type Shapes } from "./base.js";
import { contract } from "./contract.js";
import type { MultiHeadAttentionArgs } from "./types.cjs";
import { WeightedLayer } from "./weighted.js";
import { attentionCall, biasOnly, kerasForm, kernel as kernelArguments } from "./keras-form.js";

/** A dense layer from features to heads, or from heads to features. */
type Projection = { kernel: LayerVariable; bias?: LayerVariable };
type Part = "query" | "key" | "value" | "output";

/**
 * Several attentions side by side, each on projections of its own, for `[query, value]`, `[query, value, key]` or
 * `[query, value, key, attentionMask]`, where a mask is `[batch, queries, keys]` with 1 for keys that a query may see: Vaswani et
 * al., 2017, https://arxiv.org/abs/1706.03762 (https://keras.io/api/layers/attention_layers/multi_head_attention/).
 */
export class MultiHeadAttention extends WeightedLayer {
  static readonly className = "MultiHeadAttention";
  static readonly form = kerasForm(
    `num_heads key_dim value_dim dropout use_bias output_shape ${kernelArguments} ${biasOnly}`,
    { only: { attention_axes: [1] }, call: attentionCall },
  );
  readonly takesMasks = true;
  private readonly numHeads: number;
  private readonly keyDim: number;
  private readonly valueDim: number;
  private readonly dropout: number;
  private readonly useBias: boolean;
  private readonly outputSize: number | undefined;
  private readonly useCausalMask: boolean;
  private readonly returnAttentionScores: boolean;
  readonly #projections = new Map<Part, Projection>();

  constructor(args: MultiHeadAttentionArgs) {
    super(args);
    this.numHeads = args.numHeads;
    this.keyDim = args.keyDim;
    this.valueDim = args.valueDim ?? args.keyDim;
    this.dropout = args.dropout ?? 0;
    this.useBias = args.useBias ?? true;
    this.outputSize = [args.outputShape ?? undefined].flat()[0];
    this.useCausalMask = args.useCausalMask ?? false;
    this.returnAttentionScores = args.returnAttentionScores ?? false;
    this.supportsMasking = true;
  }

  override build(shapes: Shapes): void {
    const [query, value, key = value] = shapes as Shape[];
    for (const shape of [query, value, key]) {
      if (shape?.length === 3 && shape[2] != null) continue;
      throw new Error(
        `MultiHeadAttention got an input of shape ${JSON.stringify(shape ?? "none")}. Expected [batch, steps, features]. ` +
          "Call it with [query, value], each of this rank.",
      );
    }
    this.#project("query", "query", [query![2]!, this.numHeads, this.keyDim]);
    this.#project("key", "key", [key![2]!, this.numHeads, this.keyDim]);
    this.#project("value", "value", [value![2]!, this.numHeads, this.valueDim]);
    const size = this.outputSize ?? query![2]!;
    this.#project("output", "attention_output", [this.numHeads, this.valueDim, size]);
    this.built = true;
  }

  #project(part: Part, name: string, shape: number[]): void {
    const outputAxes = part === "output" ? [2] : [1, 2];
    const kernel = this.weight("kernel", `${name}/kernel`, shape, outputAxes);
    this.#projections.set(part, { kernel });
    if (!this.useBias) return;
    const biasShape = outputAxes.map((axis) => shape[axis]!);
    this.#projections.get(part)!.bias = this.weight("bias", `${name}/bias`, biasShape);
  }

  /** The weights of each dense layer inside, by the names that Keras gives them. */
  get projections(): { path: string; name: string; weights: LayerVariable[] }[] {
    return [...this.#projections].map(([part, { kernel, bias }]) => ({
      path: `${part}_dense`,
      name: part === "output" ? "attention_output" : part,
      weights: bias ? [kernel, bias] : [kernel],
    }));
  }

  override call(inputs: Inputs, { training = false }: CallArguments): Inputs {
    return tf.tidy(() => {
      const [query, value, key = value, attentionMask] = inputsOf(this, inputs, 4);
      const [queryMask, valueMask, keyMask] = masksForAttention([query, value, key]);
      const project = (part: Part, x: Tensor): Tensor => {
        const { kernel, bias } = this.#projections.get(part)!;
        const labels =
          part === "output" ? (["bnth", "nhd", "btd"] as const) : (["btd", "dnh", "bnth"] as const);
        const product = contract(labels, x, kernel.read());
        if (!bias) return product;
        const values = bias.read();
        return tf.add(product, part === "output" ? values : tf.expandDims(values, 1));
      };
      const scaled = tf.mul(project("query", query), 1 / Math.sqrt(this.keyDim));
      const scores = tf.matMul(scaled, project("key", key), false, true);
      const mask = combined(
        queryMask && tf.expandDims(queryMask, 2),
        valueMask && tf.expandDims(valueMask, 1),
        keyMask && tf.expandDims(keyMask, 1),
        this.useCausalMask ? causalMask(scores.shape) : undefined,
        attentionMask,
      );
      const weights = this.#weights(scores, mask?.rank === 3 ? tf.expandDims(mask, 1) : mask, training);
      const output = project("output", tf.matMul(weights, project("value", value)));
      return this.returnAttentionScores ? [output, weights] : output;
    });
  }

  /**
   * Keras's layer has a fused attention, and a softmax of its own for dropout or if the weights are wanted, and they differ where
   * a query is masked wholly: it attends to all keys alike, or to none.
   */
  #weights(scores: Tensor, mask: Tensor | undefined, training: boolean): Tensor {
    if (!mask) return withDropout(tf.softmax(scores), training ? this.dropout : 0);
    const shown = tf.broadcastTo(mask, scores.shape);
    const isFused = this.dropout === 0 && !this.returnAttentionScores;
    const hidden = isFused ? -0.7 * 3.38953e38 : -1e9;
    const weights = tf.softmax(tf.where(shown, scores, tf.fill(scores.shape, hidden)));
    if (isFused) return weights;
    return withDropout(tf.where(shown, weights, tf.zerosLike(weights)), training ? this.dropout : 0);
  }

  override computeOutputShape(shapes: Shapes): Shapes {
    const [query, value, key = value] = shapes as Shape[];
    const [batch, steps, features] = query!;
    const output = [batch!, steps!, this.outputSize ?? features!];
    return this.returnAttentionScores ? [output, [batch!, this.numHeads, steps!, key![1]!]] : output;
  }

  override computeMask(_inputs: Inputs, masks?: Inputs): Tensor {
    return firstMask(masks);
  }

  override getConfig(): Config {
    const { numHeads, keyDim, valueDim, dropout, useBias, useCausalMask, returnAttentionScores } = this;
    const outputShape = this.outputSize === undefined ? null : [this.outputSize];
    const calls = { useCausalMask, returnAttentionScores };
    return { ...super.getConfig(), numHeads, keyDim, valueDim, dropout, useBias, outputShape, ...calls };
  }
}

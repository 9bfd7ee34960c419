import { type Json, type JsonObject, textOf } from "./json.js";

/** How one layer class of Keras is written in tfjs. Arguments have Keras's names (snake case). */
export interface LayerRule {
  /** tfjs's class, where it is called otherwise. */
  className?: string;
  /** Arguments of both. */
  args: readonly string[];
  /** Keras's name -> tfjs's name, where they differ. */
  renamed?: Readonly<Record<string, string>>;
  /**
   * Arguments that tfjs lacks, with the one value that means the same there (null and false always pass).
   * They are not written: the value is Keras's default.
   */
  only?: Readonly<JsonObject>;
  /** The values of an argument of both that mean the same in both (default: all). */
  values?: Readonly<Record<string, readonly Json[]>>;
  /** Arguments that Keras takes in each call of the layer, and the layer itself takes here. */
  call?: readonly string[];
  /** Set where Keras's constructor takes no `trainable`. */
  untrainable?: true;
}

const words = (text: string): string[] => text.split(/\s+/).filter(Boolean);
const rule = (args: string, more: Omit<LayerRule, "args"> = {}): LayerRule => ({
  args: words(args),
  ...more,
});

const kernel = "kernel_initializer kernel_regularizer kernel_constraint";
const biasOnly = "bias_initializer bias_regularizer bias_constraint";
const bias = `use_bias ${biasOnly}`;
const conv = `filters kernel_size strides padding activation ${kernel} ${bias}`;
const depthwise = "depthwise_initializer depthwise_regularizer depthwise_constraint depth_multiplier";
const pointwise = "pointwise_initializer pointwise_regularizer pointwise_constraint";
const pooling = "pool_size strides padding";
const recurrentCell = `units activation ${kernel} ${bias} recurrent_initializer recurrent_regularizer
  recurrent_constraint dropout recurrent_dropout`;
const recurrent = "return_sequences return_state go_backwards stateful unroll";
const gatedCell = `${recurrentCell} recurrent_activation`;
const ones = (rank: number): number[] => Array.from({ length: rank }, () => 1);
const interpolation = ["nearest", "bilinear"];
const affine = "fill_mode interpolation fill_value data_format seed";
const notCausal = { padding: ["valid", "same"] };
const causal = ["use_causal_mask"];
const recurrentOnly = { zero_output_for_mask: true, use_cudnn: "auto", time_major: false };

/** Every layer class that both libraries have, under Keras's name. */
export const layerRules: Readonly<Record<string, LayerRule>> = {
  Activation: rule("activation"),
  ReLU: rule("max_value negative_slope threshold"),
  LeakyReLU: rule("negative_slope", { renamed: { negative_slope: "alpha" } }),
  ELU: rule("alpha"),
  PReLU: rule("alpha_initializer alpha_regularizer alpha_constraint shared_axes"),
  Softmax: rule("axis"),

  Identity: rule("", { className: "IdentityLayer" }),
  Dense: rule(`units activation ${kernel} ${bias}`),
  EinsumDense: rule(`equation output_shape bias_axes activation ${kernel} ${biasOnly}`),
  Embedding: rule(
    "input_dim output_dim embeddings_initializer embeddings_regularizer embeddings_constraint mask_zero",
  ),
  Masking: rule("mask_value"),
  Flatten: rule("data_format"),
  Reshape: rule("target_shape"),
  Permute: rule("dims"),
  RepeatVector: rule("n"),

  Conv1D: rule(`${conv} dilation_rate groups`, { only: { data_format: "channels_last" } }),
  Conv2D: rule(`${conv} dilation_rate data_format groups`),
  Conv3D: rule(`${conv} dilation_rate data_format groups`),
  Conv1DTranspose: rule(conv, {
    only: { dilation_rate: ones(1), groups: 1, data_format: "channels_last" },
    values: notCausal,
  }),
  Conv2DTranspose: rule(`${conv} data_format`, { only: { dilation_rate: ones(2), groups: 1 } }),
  Conv3DTranspose: rule(`${conv} data_format`, { only: { dilation_rate: ones(3), groups: 1 } }),
  SeparableConv1D: rule(
    `filters kernel_size strides padding dilation_rate activation ${depthwise} ${pointwise} ${bias}`,
    { only: { groups: 1, data_format: "channels_last" }, values: notCausal },
  ),
  DepthwiseConv1D: rule(`kernel_size strides padding dilation_rate activation ${depthwise} ${bias}`, {
    only: { groups: 1, data_format: "channels_last" },
    values: notCausal,
  }),
  SeparableConv2D: rule(
    `filters kernel_size strides padding data_format dilation_rate activation ${depthwise} ${pointwise} ${bias}`,
    { only: { groups: 1 } },
  ),
  DepthwiseConv2D: rule(
    `kernel_size strides padding data_format dilation_rate activation ${depthwise} ${bias}`,
    {
      only: { groups: 1 },
    },
  ),
  ConvLSTM2D: rule(`${conv} data_format dilation_rate ${gatedCell} unit_forget_bias ${recurrent}`, {
    only: recurrentOnly,
  }),
  ZeroPadding1D: rule("padding", { only: { data_format: "channels_last" } }),
  ZeroPadding2D: rule("padding data_format"),
  ZeroPadding3D: rule("padding data_format"),
  Cropping1D: rule("cropping"),
  Cropping2D: rule("cropping data_format"),
  Cropping3D: rule("cropping data_format"),
  UpSampling1D: rule("size"),
  UpSampling2D: rule("size data_format interpolation", { values: { interpolation } }),
  UpSampling3D: rule("size data_format"),

  MaxPooling1D: rule(pooling, { only: { data_format: "channels_last" } }),
  MaxPooling2D: rule(`${pooling} data_format`),
  MaxPooling3D: rule(`${pooling} data_format`),
  AveragePooling1D: rule(pooling, { only: { data_format: "channels_last" } }),
  AveragePooling2D: rule(`${pooling} data_format`),
  AveragePooling3D: rule(`${pooling} data_format`),
  GlobalMaxPooling1D: rule("keepdims", { only: { data_format: "channels_last" } }),
  GlobalMaxPooling2D: rule("data_format keepdims"),
  GlobalMaxPooling3D: rule("data_format keepdims"),
  GlobalAveragePooling1D: rule("keepdims", { only: { data_format: "channels_last" } }),
  GlobalAveragePooling2D: rule("data_format keepdims"),
  GlobalAveragePooling3D: rule("data_format keepdims"),

  BatchNormalization: rule(
    `axis momentum epsilon center scale beta_initializer gamma_initializer moving_mean_initializer
     moving_variance_initializer beta_regularizer gamma_regularizer beta_constraint gamma_constraint`,
    { only: { renorm_momentum: 0.99 } },
  ),
  LayerNormalization: rule(
    "axis epsilon center scale beta_initializer gamma_initializer beta_regularizer gamma_regularizer",
  ),

  GroupNormalization: rule(
    `groups axis epsilon center scale beta_initializer gamma_initializer beta_regularizer gamma_regularizer
     beta_constraint gamma_constraint`,
  ),
  RMSNormalization: rule("axis epsilon"),
  UnitNormalization: rule("axis"),
  Normalization: rule("axis mean variance invert"),

  Attention: rule("use_scale score_mode dropout", { call: causal }),
  AdditiveAttention: rule("use_scale dropout", { call: causal }),
  MultiHeadAttention: rule(
    `num_heads key_dim value_dim dropout use_bias output_shape ${kernel} ${biasOnly}`,
    { only: { attention_axes: [1] }, call: causal },
  ),

  Dropout: rule("rate noise_shape seed"),
  SpatialDropout1D: rule("rate seed", { untrainable: true }),
  SpatialDropout2D: rule("rate data_format seed", { untrainable: true }),
  SpatialDropout3D: rule("rate data_format seed", { untrainable: true }),
  GaussianNoise: rule("stddev"),
  GaussianDropout: rule("rate"),
  AlphaDropout: rule("rate noise_shape"),

  Add: rule(""),
  Subtract: rule(""),
  Multiply: rule(""),
  Average: rule(""),
  Maximum: rule(""),
  Minimum: rule(""),
  Concatenate: rule("axis"),
  Dot: rule("axes normalize"),

  SimpleRNN: rule(`${recurrentCell} ${recurrent}`, { only: recurrentOnly }),
  GRU: rule(`${gatedCell} reset_after ${recurrent}`, { only: { ...recurrentOnly, implementation: 2 } }),
  LSTM: rule(`${gatedCell} unit_forget_bias ${recurrent}`, { only: { ...recurrentOnly, implementation: 2 } }),
  RNN: rule(`${recurrent} cell`, { only: recurrentOnly }),
  SimpleRNNCell: rule(recurrentCell),
  GRUCell: rule(`${gatedCell} reset_after`, { only: { implementation: 2 } }),
  LSTMCell: rule(`${gatedCell} unit_forget_bias`, { only: { implementation: 2 } }),
  StackedRNNCells: rule("cells"),
  Bidirectional: rule("layer merge_mode"),
  TimeDistributed: rule("layer"),

  Rescaling: rule("scale offset"),
  Discretization: rule("bin_boundaries", {
    only: { output_mode: "int", epsilon: 0.01 },
    untrainable: true,
  }),
  CategoryEncoding: rule("num_tokens output_mode"),
  Resizing: rule("height width interpolation data_format", {
    only: { fill_mode: "constant", fill_value: 0 },
    values: { interpolation, data_format: ["channels_last"] },
  }),
  RandomFlip: rule("mode data_format seed"),
  RandomRotation: rule(`factor ${affine}`),
  RandomZoom: rule(`height_factor width_factor ${affine}`),
  RandomTranslation: rule(`height_factor width_factor ${affine}`),
  RandomContrast: rule("factor value_range data_format seed"),
  RandomBrightness: rule("factor value_range data_format seed"),
};

/** Arguments that change no number: performance hints, and seeds of layers that tfjs does not seed. */
export const harmless = new Set([
  "seed",
  "implementation",
  "use_cudnn",
  "input_length",
  "autocast",
  "build_input_shape",
  // Shapes that Keras 2 wrote with MultiHeadAttention.
  "query_shape",
  "key_shape",
  "value_shape",
]);

/** Keras's name of a class of tfjs. */
export function kerasClass(className: string): string {
  return Object.entries(layerRules).find(([, known]) => known.className === className)?.[0] ?? className;
}

/** The arguments that Keras takes in each call of such a layer, and that the layer itself takes here. */
export function callArguments(layer: JsonObject): readonly string[] {
  const className = textOf(layer.class_name);
  return Object.hasOwn(layerRules, className) ? (layerRules[className]!.call ?? []) : [];
}

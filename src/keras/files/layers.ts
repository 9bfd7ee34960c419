import type { Json, JsonObject } from "./json.js";

/** How one layer class of Keras is written in tfjs. Arguments have Keras's names (snake case). */
export interface LayerRule {
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
  /** Set where Keras's constructor takes no `trainable`. */
  untrainable?: true;
}

const words = (text: string): string[] => text.split(/\s+/).filter(Boolean);
const rule = (args: string, more: Omit<LayerRule, "args"> = {}): LayerRule => ({
  args: words(args),
  ...more,
});

const kernel = "kernel_initializer kernel_regularizer kernel_constraint";
const bias = "use_bias bias_initializer bias_regularizer bias_constraint";
const conv = `filters kernel_size strides padding activation ${kernel} ${bias}`;
const depthwise = "depthwise_initializer depthwise_regularizer depthwise_constraint depth_multiplier";
const pointwise = "pointwise_initializer pointwise_regularizer pointwise_constraint";
const pooling = "pool_size strides padding";
const recurrentCell = `units activation ${kernel} ${bias} recurrent_initializer recurrent_regularizer
  recurrent_constraint dropout recurrent_dropout`;
const recurrent = "return_sequences return_state go_backwards stateful unroll";
const gatedCell = `${recurrentCell} recurrent_activation`;
const ones = (rank: number): number[] => Array.from({ length: rank }, () => 1);
const recurrentOnly = { zero_output_for_mask: true, use_cudnn: "auto", time_major: false };

/** Every layer class that both libraries have, under Keras's name. */
export const layerRules: Readonly<Record<string, LayerRule>> = {
  Activation: rule("activation"),
  ReLU: rule("max_value", { only: { negative_slope: 0, threshold: 0 } }),
  LeakyReLU: rule("negative_slope", { renamed: { negative_slope: "alpha" } }),
  // tfjs has no other alpha.
  ELU: rule("alpha", { values: { alpha: [1] } }),
  PReLU: rule("alpha_initializer alpha_regularizer alpha_constraint shared_axes"),
  Softmax: rule("axis"),

  Dense: rule(`units activation ${kernel} ${bias}`),
  Embedding: rule(
    "input_dim output_dim embeddings_initializer embeddings_regularizer embeddings_constraint mask_zero",
  ),
  Masking: rule("mask_value"),
  Flatten: rule("data_format"),
  Reshape: rule("target_shape"),
  Permute: rule("dims"),
  RepeatVector: rule("n"),

  Conv1D: rule(`${conv} dilation_rate`, {
    only: { groups: 1, data_format: "channels_last" },
  }),
  Conv2D: rule(`${conv} dilation_rate data_format`, { only: { groups: 1 } }),
  Conv3D: rule(`${conv} dilation_rate data_format`, { only: { groups: 1 } }),
  Conv2DTranspose: rule(`${conv} data_format`, { only: { dilation_rate: ones(2), groups: 1 } }),
  Conv3DTranspose: rule(`${conv} data_format`, { only: { dilation_rate: ones(3), groups: 1 } }),
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
  ZeroPadding2D: rule("padding data_format"),
  Cropping2D: rule("cropping data_format"),
  // tfjs aligns the pixels of "bilinear" otherwise than Keras.
  UpSampling2D: rule("size data_format interpolation", { values: { interpolation: ["nearest"] } }),

  MaxPooling1D: rule(pooling, { only: { data_format: "channels_last" } }),
  MaxPooling2D: rule(`${pooling} data_format`),
  MaxPooling3D: rule(`${pooling} data_format`),
  AveragePooling1D: rule(pooling, { only: { data_format: "channels_last" } }),
  AveragePooling2D: rule(`${pooling} data_format`),
  AveragePooling3D: rule(`${pooling} data_format`),
  GlobalMaxPooling1D: rule("", { only: { data_format: "channels_last" } }),
  GlobalMaxPooling2D: rule("data_format"),
  GlobalAveragePooling1D: rule("", { only: { data_format: "channels_last" } }),
  GlobalAveragePooling2D: rule("data_format"),

  BatchNormalization: rule(
    `axis momentum epsilon center scale beta_initializer gamma_initializer moving_mean_initializer
     moving_variance_initializer beta_regularizer gamma_regularizer beta_constraint gamma_constraint`,
    { only: { renorm_momentum: 0.99 } },
  ),
  LayerNormalization: rule(
    "axis epsilon center scale beta_initializer gamma_initializer beta_regularizer gamma_regularizer",
  ),

  Dropout: rule("rate noise_shape seed"),
  SpatialDropout1D: rule("rate seed", { untrainable: true }),
  GaussianNoise: rule("stddev"),
  GaussianDropout: rule("rate"),
  AlphaDropout: rule("rate noise_shape"),

  Add: rule(""),
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
};

/** Arguments that change no number: performance hints, and seeds of layers that tfjs does not seed. */
export const harmless = new Set([
  "seed",
  "implementation",
  "use_cudnn",
  "input_length",
  "autocast",
  "build_input_shape",
]);

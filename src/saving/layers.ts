import { addedLayers } from "../keras/layers/layer-changes.js";
import {
  bias,
  convolution,
  depthwise,
  kernel,
  kerasForm,
  type KerasForm,
  ones,
  pointwise,
} from "../keras/layers/keras-form.js";
import { type JsonObject, textOf } from "./json.js";

const pooling = "pool_size strides padding";
const recurrentCell = `units activation ${kernel} ${bias} recurrent_initializer recurrent_regularizer
  recurrent_constraint dropout recurrent_dropout`;
const recurrent = "return_sequences return_state go_backwards stateful unroll";
const gatedCell = `${recurrentCell} recurrent_activation`;
const recurrentOnly = { zero_output_for_mask: true, use_cudnn: "auto", time_major: false };

/** Every layer class that both libraries have, under Keras's name. */
export const layerRules: Readonly<Record<string, KerasForm>> = {
  ...addedForms(),

  Activation: kerasForm("activation"),
  ReLU: kerasForm("max_value negative_slope threshold"),
  LeakyReLU: kerasForm("negative_slope", { renamed: { negative_slope: "alpha" } }),
  ELU: kerasForm("alpha"),
  PReLU: kerasForm("alpha_initializer alpha_regularizer alpha_constraint shared_axes"),
  Softmax: kerasForm("axis"),

  Dense: kerasForm(`units activation ${kernel} ${bias}`),
  Embedding: kerasForm(
    "input_dim output_dim embeddings_initializer embeddings_regularizer embeddings_constraint mask_zero",
  ),
  Masking: kerasForm("mask_value"),
  Flatten: kerasForm("data_format"),
  Reshape: kerasForm("target_shape"),
  Permute: kerasForm("dims"),
  RepeatVector: kerasForm("n"),

  Conv1D: kerasForm(`${convolution} dilation_rate groups`, { only: { data_format: "channels_last" } }),
  Conv2D: kerasForm(`${convolution} dilation_rate data_format groups`),
  Conv3D: kerasForm(`${convolution} dilation_rate data_format groups`),
  Conv2DTranspose: kerasForm(`${convolution} data_format`, { only: { dilation_rate: ones(2), groups: 1 } }),
  Conv3DTranspose: kerasForm(`${convolution} data_format`, { only: { dilation_rate: ones(3), groups: 1 } }),
  SeparableConv2D: kerasForm(
    `filters kernel_size strides padding data_format dilation_rate activation ${depthwise} ${pointwise} ${bias}`,
    { only: { groups: 1 } },
  ),
  DepthwiseConv2D: kerasForm(
    `kernel_size strides padding data_format dilation_rate activation ${depthwise} ${bias}`,
    {
      only: { groups: 1 },
    },
  ),
  ConvLSTM2D: kerasForm(
    `${convolution} data_format dilation_rate ${gatedCell} unit_forget_bias ${recurrent}`,
    {
      only: recurrentOnly,
    },
  ),
  ZeroPadding2D: kerasForm("padding data_format"),
  Cropping2D: kerasForm("cropping data_format"),

  MaxPooling1D: kerasForm(pooling, { only: { data_format: "channels_last" } }),
  MaxPooling2D: kerasForm(`${pooling} data_format`),
  MaxPooling3D: kerasForm(`${pooling} data_format`),
  AveragePooling1D: kerasForm(pooling, { only: { data_format: "channels_last" } }),
  AveragePooling2D: kerasForm(`${pooling} data_format`),
  AveragePooling3D: kerasForm(`${pooling} data_format`),
  GlobalMaxPooling1D: kerasForm("keepdims", { only: { data_format: "channels_last" } }),
  GlobalMaxPooling2D: kerasForm("data_format keepdims"),
  GlobalAveragePooling1D: kerasForm("keepdims", { only: { data_format: "channels_last" } }),
  GlobalAveragePooling2D: kerasForm("data_format keepdims"),

  BatchNormalization: kerasForm(
    `axis momentum epsilon center scale beta_initializer gamma_initializer moving_mean_initializer
     moving_variance_initializer beta_regularizer gamma_regularizer beta_constraint gamma_constraint`,
    { only: { renorm_momentum: 0.99 } },
  ),
  LayerNormalization: kerasForm(
    "axis epsilon center scale beta_initializer gamma_initializer beta_regularizer gamma_regularizer",
  ),

  Dropout: kerasForm("rate noise_shape seed"),
  SpatialDropout1D: kerasForm("rate seed", { untrainable: true }),
  GaussianNoise: kerasForm("stddev"),
  GaussianDropout: kerasForm("rate"),
  AlphaDropout: kerasForm("rate noise_shape"),

  Add: kerasForm(""),
  Multiply: kerasForm(""),
  Average: kerasForm(""),
  Maximum: kerasForm(""),
  Minimum: kerasForm(""),
  Concatenate: kerasForm("axis"),
  Dot: kerasForm("axes normalize"),

  SimpleRNN: kerasForm(`${recurrentCell} ${recurrent}`, { only: recurrentOnly }),
  GRU: kerasForm(`${gatedCell} reset_after ${recurrent}`, { only: { ...recurrentOnly, implementation: 2 } }),
  LSTM: kerasForm(`${gatedCell} unit_forget_bias ${recurrent}`, {
    only: { ...recurrentOnly, implementation: 2 },
  }),
  RNN: kerasForm(`${recurrent} cell`, { only: recurrentOnly }),
  SimpleRNNCell: kerasForm(recurrentCell),
  GRUCell: kerasForm(`${gatedCell} reset_after`, { only: { implementation: 2 } }),
  LSTMCell: kerasForm(`${gatedCell} unit_forget_bias`, { only: { implementation: 2 } }),
  StackedRNNCells: kerasForm("cells"),
  Bidirectional: kerasForm("layer merge_mode"),
  TimeDistributed: kerasForm("layer"),

  Rescaling: kerasForm("scale offset"),
};

/** Those of our own layers say themselves how they are written. */
function addedForms(): Record<string, KerasForm> {
  return Object.fromEntries(
    addedLayers.flatMap(({ className, kerasName = className, form }) => {
      if (!form) return [];
      return [[kerasName, kerasName === className ? form : { ...form, className }]];
    }),
  );
}

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

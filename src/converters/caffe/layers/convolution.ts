import type * as Tf from "@tensorflow/tfjs";
import { tf } from "../../../keras/load.js";
import type { CaffeLayer } from "../caffe-layer.js";
import { isSame, reach, windowsOf, withKernel, type Pair, type Windows } from "./windows.js";

interface Settings extends Windows {
  filters: number;
  groups: number;
  useBias: boolean;
}

function settingsOf(layer: CaffeLayer, channels: number): Settings {
  const settings = layer.settings("convolution_param");
  const windows = withKernel(layer, windowsOf(layer, settings));
  const filters = settings.whole("num_output", 0);
  const groups = settings.whole("group", 1, 1);
  if (filters === 0) layer.refuse("has no num_output", "the number of its filters");
  layer.axis(settings.whole("axis", 1), 4);
  if (settings.whole("axis", 1) !== 1) layer.refuse("has another axis than 1", "the channels' axis, 1");
  if (filters % groups !== 0 || channels % groups !== 0) {
    layer.refuse(
      `has ${groups} groups for ${channels} channels and ${filters} filters`,
      "numbers that the groups divide",
    );
  }
  return { ...windows, filters, groups, useBias: settings.flag("bias_term", true) };
}

const zeros = {
  kernelInitializer: "zeros",
  depthwiseInitializer: "zeros",
  biasInitializer: "zeros",
} as const;

/** https://caffe.berkeleyvision.org/tutorial/layers/convolution.html */
export function convolution(layer: CaffeLayer): Tf.SymbolicTensor {
  const { input, height, width, channels } = layer.picture;
  const settings = settingsOf(layer, channels);
  const { filters, groups, useBias, kernel, stride, pad } = settings;
  const extent = reach(settings);
  const sizes: Pair = [height, width];
  const outputs = sizes.map((size, i) => Math.floor((size + 2 * pad[i]! - extent[i]!) / stride[i]!) + 1);
  if (outputs.some((size) => size < 1)) {
    layer.refuse(
      `has windows of ${extent.join(" x ")} for pictures of ${height} x ${width}`,
      "smaller windows",
    );
  }
  const isPadded = pad.some((size) => size > 0);
  const same = sizes.every((size, i) => isSame(size, extent[i]!, stride[i]!, pad[i]!, outputs[i]!));
  const padded = isPadded && !same ? padding(layer, input, pad) : input;
  // TensorFlow has no windows that are both dilated and more than a step apart.
  const isSpread = settings.dilation.some((rate) => rate > 1) && stride.some((size) => size > 1);
  const common = {
    kernelSize: isSpread ? extent : kernel,
    dilationRate: isSpread ? ([1, 1] as Pair) : settings.dilation,
    strides: stride,
    padding: isPadded && same ? ("same" as const) : ("valid" as const),
    useBias,
    ...zeros,
  };
  const isDepthwise = groups > 1 && groups === channels && stride[0] === stride[1];
  return layer.applyWeighted(
    ({ name }) =>
      isDepthwise
        ? tf.layers.depthwiseConv2d({ ...common, name, depthMultiplier: filters / channels })
        : tf.layers.conv2d({ ...common, name, filters, groups }),
    padded,
    () => {
      const bias = useBias ? [[filters]] : [];
      const [weights, ...rest] = layer.weights([filters, channels / groups, ...kernel], ...bias);
      const filter = isSpread ? spread(weights!, settings.dilation) : weights!;
      if (!isDepthwise) return [tf.transpose(filter, [2, 3, 1, 0]), ...rest];
      const [rows, columns] = filter.shape.slice(2) as Pair;
      const apart = tf.reshape(filter, [channels, filters / channels, rows, columns]);
      return [tf.transpose(apart, [2, 3, 0, 1]), ...rest];
    },
  );
}

const padding = (layer: CaffeLayer, input: Tf.SymbolicTensor, [rows, columns]: Pair): Tf.SymbolicTensor =>
  layer.apply(
    ({ name }) => tf.layers.zeroPadding2d({ name, padding: [[rows, rows], [columns, columns]] }), // prettier-ignore
    input,
    "_padding",
  );

/** Filters with the zeros that dilation leaves between their numbers; space is last. */
function spread(filter: Tf.Tensor, [down, across]: Pair): Tf.Tensor {
  const [a, b, height, width] = filter.shape as [number, number, number, number];
  const apart = tf.reshape(filter, [a, b, height, 1, width, 1]);
  const filled = tf.pad(apart, [[0, 0], [0, 0], [0, 0], [0, down - 1], [0, 0], [0, across - 1]]); // prettier-ignore
  const whole = tf.reshape(filled, [a, b, height * down, width * across]);
  return tf.slice(whole, [0, 0, 0, 0], [a, b, (height - 1) * down + 1, (width - 1) * across + 1]);
}

/** Filters of one that has groups are those of one without, and zeros: no more of them than that. */
const mostWeights = 2 ** 28;

/** A convolution turned round: https://caffe.berkeleyvision.org/tutorial/layers/deconvolution.html */
export function deconvolution(layer: CaffeLayer): Tf.SymbolicTensor {
  const { input, height, width, channels } = layer.picture;
  const settings = settingsOf(layer, channels);
  const { filters, groups, useBias, kernel, stride, pad, dilation } = settings;
  const extent = reach(settings);
  if ([height, width].some((size, i) => (size - 1) * stride[i]! + extent[i]! <= 2 * pad[i]!)) {
    layer.refuse(`has a padding of ${pad.join(" x ")} for pictures of ${height} x ${width}`, "less padding");
  }
  const all = channels * filters * extent[0] * extent[1];
  if (all > mostWeights)
    layer.refuse(`has ${all} weights, those between groups included`, `at most ${mostWeights}`);
  // TensorFlow's output has whole strides, and so more than Caffe's where windows are smaller than those.
  const margins = pad.map((size, i) => [size, size + Math.max(stride[i]! - extent[i]!, 0)]);
  const isCropped = margins.flat().some((size) => size > 0);
  const output = layer.applyWeighted(
    ({ name }) =>
      tf.layers.conv2dTranspose({ name, filters, kernelSize: extent, strides: stride, useBias, ...zeros }),
    input,
    () => {
      const bias = useBias ? [[filters]] : [];
      const [weights, ...rest] = layer.weights([channels, filters / groups, ...kernel], ...bias);
      const filter = dilation.some((rate) => rate > 1) ? spread(weights!, dilation) : weights!;
      return [tf.transpose(ungrouped(filter, groups), [2, 3, 1, 0]), ...rest];
    },
    isCropped ? "_whole" : "",
  );
  if (!isCropped) return output;
  return layer.apply(({ name }) => tf.layers.cropping2D({ name, cropping: margins as never }), output);
}

/** Filters [in, out / groups, ...] as [in, out, ...] that do the same. */
function ungrouped(filter: Tf.Tensor, groups: number): Tf.Tensor {
  if (groups === 1) return filter;
  const parts = tf.split(filter, groups, 0);
  const each = filter.shape[1]!;
  return tf.concat(
    parts.map((part, i) => tf.pad(part, [[0, 0], [i * each, (groups - 1 - i) * each], [0, 0], [0, 0]])), // prettier-ignore
    0,
  );
}

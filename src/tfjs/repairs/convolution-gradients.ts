import type { Tensor, Tensor3D, Tensor4D, Tensor5D, TensorInfo } from "@tensorflow/tfjs-node";
import { core, gradientDepth, runsNatively, tf } from "../native.js";
import { patch } from "../patch.js";
import { replaceGradient, replaceKernel, setGradient } from "../registries.js";

type Padding = "same" | "valid" | number | [number, number][];
interface Attributes {
  dilations: number | number[] | null | undefined;
  pad: Padding;
}

const reason = {
  name: "convolution gradients",
  why: "dilated convolutions have no gradients, and the transposed one in three dimensions has none",
  upstream: "https://github.com/tensorflow/tfjs/issues/2176",
};

/**
 * TensorFlow.js has no gradients of dilated convolutions (https://github.com/tensorflow/tfjs/issues/2176), and none of the
 * transposed convolution in three dimensions.
 */
export function repairConvolutionGradients(): void {
  addDilations("Conv2D");
  addDilations("DepthwiseConv2dNative");
  unfuseDilated();
  composeDilated3d();
  composeDilated("DepthwiseConv2dNative");
  composeDilated("FusedDepthwiseConv2D");
  setGradient(reason, {
    kernelName: "Conv3DBackpropInputV2",
    inputsToSave: ["dy", "filter"],
    gradFunc: (dy, saved, attributes) => {
      const [input, filter] = saved as [Tensor5D, Tensor5D];
      const { strides, pad } = attributes as unknown as { strides: [number, number, number]; pad: "same" };
      const kernel = "Conv3DBackpropFilterV2";
      const settings = { strides, pad, filterShape: filter.shape };
      return {
        dy: () => tf.conv3d(dy as Tensor5D, filter, strides, pad),
        filter: () => tf.engine().runKernel(kernel, { x: dy as Tensor, dy: input }, settings),
      };
    },
  });
}

/**
 * Teaches the gradient of a kernel the dilations: the pixels that are `rates` apart, which alone meet, are put together as
 * images of their own, and convolved as such.
 */
function addDilations(kernelName: string): void {
  replaceGradient(kernelName, reason, (known) => (dy, saved, attributes) => {
    const { dilations, pad } = attributes as unknown as Attributes;
    const rates = ratesOf(dilations);
    if (rates.every((rate) => rate === 1)) return known(dy, saved, attributes);
    const [x, filter] = saved as [Tensor4D, Tensor4D];
    const { around, behind } = frameOf(x, filter.shape, rates, pad);
    const images = tf.spaceToBatchND(x, rates, around);
    const ofImages = tf.spaceToBatchND(dy as Tensor4D, rates, behind);
    const plain = { ...attributes, strides: [1, 1], pad: "valid", dilations: [1, 1] };
    const gradients = known(ofImages, [images, filter], plain);
    return { ...gradients, x: () => tf.batchToSpaceND(gradients["x"]!(), rates, around) };
  });
}

/** The convolution fused with a bias, which layers use, has a gradient of its own, which refuses dilations, too. */
function unfuseDilated(): void {
  const wrap =
    (conv2d: typeof tf.fused.conv2d) =>
    <T extends Tensor3D | Tensor4D>(args: Parameters<typeof conv2d<T>>[0]): T => {
      const { x, filter, strides, pad, dataFormat, dilations, dimRoundingMode, bias, activation } = args;
      const isDilated = ratesOf(dilations).some((rate) => rate > 1);
      // With an activation it is done by the single operations anyway.
      const isFused = gradientDepth() === 0 || (activation ?? "linear") !== "linear";
      if (!isDilated || isFused) return conv2d<T>(args);
      const convolved = tf.conv2d(x, filter, strides, pad, dataFormat, dilations, dimRoundingMode);
      return bias ? tf.add(convolved, bias) : convolved;
    };
  patch(tf.fused, "conv2d", { ...reason, wrap });
}

/** In three dimensions tfjs-node has not even the dilated convolution ("CPU Dilation depth must be 1"). */
function composeDilated3d(): void {
  const wrap =
    (conv3d: typeof tf.conv3d) =>
    <T extends Tensor4D | Tensor5D>(...args: Parameters<typeof conv3d<T>>): T => {
      const [x, filter, strides, pad, format = "NDHWC", dilations = 1] = args;
      const rates = typeof dilations === "number" ? [dilations, dilations, dilations] : dilations;
      if (rates.every((rate) => rate === 1)) return conv3d<T>(x, filter, strides, pad, format, dilations);
      const plain = (images: Tensor): Tensor => conv3d(images as Tensor5D, filter, 1, "valid", format);
      return tf.tidy(() => dilated(x as Tensor, (filter as Tensor5D).shape, rates, pad, plain) as T);
    };
  patch(core, "conv3d", { ...reason, wrap });
}

/**
 * TensorFlow has the dilated depthwise convolution only with oneDNN, which is not on every processor ("Current kernel
 * implementation does not support dilations").
 */
function composeDilated(kernelName: string): void {
  if (!runsNatively()) return;
  replaceKernel(kernelName, reason, (known) => (args) => {
    const { dilations, pad } = args.attrs as unknown as Attributes;
    const rates = ratesOf(dilations);
    if (rates.every((rate) => rate === 1)) return known(args);
    const { x, filter } = args.inputs as { x: Tensor4D; filter: Tensor4D };
    return tf.tidy(() => {
      const plain = { ...args.attrs, strides: [1, 1], pad: "valid", dilations: [1, 1] };
      const convolved = (images: Tensor): Tensor =>
        tf
          .engine()
          .makeTensorFromTensorInfo(
            known({ ...args, inputs: { ...args.inputs, x: images }, attrs: plain }) as TensorInfo,
          );
      return dilated(x, filter.shape, rates, pad, convolved);
    });
  });
}

/**
 * A dilated convolution by one that is not: the pixels that are `rates` apart, which alone meet, are put together as images of
 * their own.
 *
 * @param x [batch, ...space, channels]
 * @param convolved the convolution of images without margins
 */
function dilated(
  x: Tensor,
  filterShape: number[],
  rates: number[],
  pad: Padding,
  convolved: (images: Tensor) => Tensor,
): Tensor {
  const { around, behind } = frameOf(x, filterShape, rates, pad);
  return tf.batchToSpaceND(convolved(tf.spaceToBatchND(x, rates, around)), rates, behind);
}

/** What is added around images so that `rates` divide their sizes, and how much of that the result has behind it. */
function frameOf(
  x: Tensor,
  filterShape: number[],
  rates: number[],
  pad: Padding,
): { around: number[][]; behind: number[][] } {
  const margins = rates.map((rate, i) => marginsOf(pad, i, (filterShape[i]! - 1) * rate));
  const sizes = margins.map(([before, after], i) => x.shape[i + 1]! + before + after);
  const extra = sizes.map((size, i) => (rates[i]! - (size % rates[i]!)) % rates[i]!);
  return {
    around: margins.map(([before, after], i) => [before, after + extra[i]!]),
    behind: extra.map((more) => [0, more]),
  };
}

function ratesOf(dilations: Attributes["dilations"]): number[] {
  if (dilations == null) return [1];
  return typeof dilations === "number" ? [dilations, dilations] : dilations;
}

function marginsOf(pad: Padding, axis: number, overhang: number): [number, number] {
  if (pad === "valid") return [0, 0];
  if (pad === "same") return [Math.floor(overhang / 2), Math.ceil(overhang / 2)];
  return typeof pad === "number" ? [pad, pad] : pad[axis + 1]!;
}

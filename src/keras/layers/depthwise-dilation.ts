import type { LayerVariable, Shape, Tensor, Tensor4D, layers } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";

interface DepthwiseConvolution extends layers.Layer {
  dilationRate: [number, number];
  strides: [number, number];
  kernelSize: number[];
  padding: "same" | "valid";
  dataFormat: "channelsFirst" | "channelsLast";
  depthwiseKernel: LayerVariable;
  bias: LayerVariable | null;
  activation: { apply(x: Tensor): Tensor } | null;
}

/** DepthwiseConv2D of tfjs-layers 4.22 takes a `dilationRate` and ignores it (convolutional_depthwise.ts). */
export function repairDepthwiseDilation(): void {
  const sample = tf.layers.depthwiseConv2d({ kernelSize: 1 });
  const layer = Object.getPrototypeOf(sample) as DepthwiseConvolution;
  const { call, computeOutputShape } = layer;
  const isDilated = ({ dilationRate }: DepthwiseConvolution) => dilationRate.some((rate) => rate > 1);

  layer.call = function (this: DepthwiseConvolution, inputs, kwargs) {
    if (!isDilated(this)) return call.call(this, inputs, kwargs);
    const isFirst = this.dataFormat === "channelsFirst";
    return tf.tidy(() => {
      const [input] = [inputs].flat() as [Tensor4D];
      const image = isFirst ? tf.transpose(input, [0, 2, 3, 1]) : input;
      const kernel = this.depthwiseKernel.read() as Tensor4D;
      const { strides, padding, dilationRate } = this;
      let output: Tensor = tf.depthwiseConv2d(image, kernel, strides, padding, "NHWC", dilationRate);
      if (this.bias) output = tf.add(output, this.bias.read());
      if (isFirst) output = tf.transpose(output, [0, 3, 1, 2]);
      return this.activation ? this.activation.apply(output) : output;
    });
  };

  layer.computeOutputShape = function (this: DepthwiseConvolution, shape: Shape | Shape[]) {
    const { kernelSize } = this;
    this.kernelSize = kernelSize.map((size, axis) => (size - 1) * this.dilationRate[axis]! + 1);
    try {
      return computeOutputShape.call(this, shape);
    } finally {
      this.kernelSize = kernelSize;
    }
  };
}

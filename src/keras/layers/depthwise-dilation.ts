import type { LayerVariable, Tensor, Tensor4D, layers } from "@tensorflow/tfjs-node";
import { prototypeOf } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";

const reason = { name: "depthwise dilation", why: "DepthwiseConv2D takes a dilationRate and ignores it" };

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
  const layer = prototypeOf<DepthwiseConvolution>("DepthwiseConv2D");
  const isDilated = ({ dilationRate }: DepthwiseConvolution) => dilationRate.some((rate) => rate > 1);
  patch(layer, "call", {
    ...reason,
    wrap: (call) =>
      function (inputs, kwargs) {
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
      },
  });
  patch(layer, "computeOutputShape", {
    ...reason,
    wrap: (computeOutputShape) =>
      function (shape) {
        const { kernelSize } = this;
        this.kernelSize = kernelSize.map((size, axis) => (size - 1) * this.dilationRate[axis]! + 1);
        try {
          return computeOutputShape.call(this, shape);
        } finally {
          this.kernelSize = kernelSize;
        }
      },
  });
}

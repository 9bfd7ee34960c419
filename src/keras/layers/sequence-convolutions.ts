import type { LayerVariable, Shape, Tensor, layers } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { type CallArguments, type Config, type Inputs, only, onlyShape, type Shapes } from "./base.js";
import { bias, convolution, depthwise, kerasForm, notCausal, ones, pointwise } from "./keras-form.js";

type Settings = {
  kernelSize: number | number[];
  strides?: number | number[];
  dilationRate?: number | number[];
};
type LayerClass = new (args: object) => layers.Layer;

const classOf = (layer: layers.Layer): LayerClass => layer.constructor as LayerClass;

/** A layer for sequences, `[batch, steps, channels]`, made of one for images: a sequence is an image of height 1. */
function overSequences(Base: LayerClass, strideOfHeight: (stride: number) => number): LayerClass {
  return class extends Base {
    constructor(args: object) {
      const given = args as Settings;
      const [size, stride, rate] = [given.kernelSize, given.strides ?? 1, given.dilationRate ?? 1].map(
        (value) => [value].flat()[0]!,
      );
      const strides = [strideOfHeight(stride!), stride];
      super({ ...args, kernelSize: [1, size], strides, dilationRate: [1, rate], dataFormat: "channelsLast" });
      this.inputSpec = [{ ndim: 3 }];
    }

    /** Weights have the shapes that they have in Keras, and are seen with a height of 1 by the layer for images. */
    override addWeight(...[name, shape, ...rest]: Parameters<layers.Layer["addWeight"]>): LayerVariable {
      if (shape.length < 4) return super.addWeight(name, shape, ...rest);
      const weight = super.addWeight(name, shape.slice(1), ...rest);
      return { read: (): Tensor => tf.expandDims(weight.read(), 0) } as LayerVariable;
    }

    override build(shapes: Shapes): void {
      super.build(asImage(onlyShape(shapes)));
      this.inputSpec = [{ ndim: 3 }];
    }

    override call(inputs: Inputs, kwargs: CallArguments): Inputs {
      return tf.tidy(() => {
        const image = super.call(tf.expandDims(only(inputs), 1), kwargs) as Tensor;
        return tf.squeeze(image, [1]);
      });
    }

    override computeOutputShape(shapes: Shapes): Shapes {
      const [batch, , ...rest] = super.computeOutputShape(asImage(onlyShape(shapes))) as Shape;
      return [batch!, ...rest];
    }

    override getConfig(): Config {
      const { dataFormat: _last, ...config } = super.getConfig();
      for (const key of ["kernelSize", "strides", "dilationRate"]) {
        if (config[key]) config[key] = (config[key] as number[]).slice(1);
      }
      return config;
    }
  };
}

const asImage = ([batch, ...rest]: Shape): Shape => [batch!, 1, ...rest];

// TensorFlow's depthwise convolution has one stride for both directions, which does not matter along a height of 1.
const equal = (stride: number): number => stride;

/** https://keras.io/api/layers/convolution_layers/separable_convolution1d/ */
export class SeparableConv1D extends overSequences(
  classOf(tf.layers.separableConv2d({ filters: 1, kernelSize: 1 })),
  equal,
) {
  static readonly className = "SeparableConv1D";
  static readonly form = kerasForm(
    `filters kernel_size strides padding dilation_rate activation ${depthwise} ${pointwise} ${bias}`,
    { only: { groups: 1, data_format: "channels_last" }, values: notCausal },
  );
}

/** https://keras.io/api/layers/convolution_layers/depthwise_convolution1d/ */
export class DepthwiseConv1D extends overSequences(
  classOf(tf.layers.depthwiseConv2d({ kernelSize: 1 })),
  equal,
) {
  static readonly className = "DepthwiseConv1D";
  static readonly form = kerasForm(
    `kernel_size strides padding dilation_rate activation ${depthwise} ${bias}`,
    {
      only: { groups: 1, data_format: "channels_last" },
      values: notCausal,
    },
  );
}

/** https://keras.io/api/layers/convolution_layers/convolution1d_transpose/ */
export class Conv1DTranspose extends overSequences(
  classOf(tf.layers.conv2dTranspose({ filters: 1, kernelSize: 1 })),
  () => 1,
) {
  static readonly className = "Conv1DTranspose";
  static readonly form = kerasForm(convolution, {
    only: { dilation_rate: ones(1), groups: 1, data_format: "channels_last" },
    values: notCausal,
  });
}

import type { Shape, layers } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";

interface Reshape extends layers.Layer {
  targetShape: Shape;
  fixUnknownDimension(sample: Shape, target: Shape): Shape;
}

/**
 * `reshape` with a length of -1 works it out for a sample of known shape, as in Keras. TensorFlow.js takes the batch axis,
 * which is never known, for a part of the sample (tfjs-layers/src/layers/core.ts), and the next layer has no shape.
 */
export function repairReshape(): void {
  const layer = Object.getPrototypeOf(tf.layers.reshape({ targetShape: [-1] })) as Reshape;
  const { computeOutputShape } = layer;
  layer.computeOutputShape = function (this: Reshape, shape: Shape) {
    const [batch, ...sample] = shape;
    if (sample.includes(null)) return computeOutputShape.call(this, shape);
    return [batch!, ...this.fixUnknownDimension(sample, this.targetShape)];
  };
}

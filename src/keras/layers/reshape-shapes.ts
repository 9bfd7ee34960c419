import type { Shape, layers } from "@tensorflow/tfjs-node";
import { prototypeOf } from "../../tfjs/internals.js";
import { patch } from "../../tfjs/patch.js";

interface Reshape extends layers.Layer {
  targetShape: Shape;
  fixUnknownDimension(sample: Shape, target: Shape): Shape;
}

/**
 * `reshape` with a length of -1 works it out for a sample of known shape, as in Keras. TensorFlow.js takes the batch axis,
 * which is never known, for a part of the sample (tfjs-layers/src/layers/core.ts), and the next layer has no shape.
 */
export function repairReshape(): void {
  patch(prototypeOf<Reshape>("Reshape"), "computeOutputShape", {
    name: "reshape's shape",
    why: "a length of -1 takes the batch axis for a part of the sample, and stays unknown",
    wrap: (computeOutputShape) =>
      function (shape) {
        const [batch, ...sample] = shape as Shape;
        if (sample.includes(null)) return computeOutputShape.call(this, shape);
        return [batch!, ...this.fixUnknownDimension(sample, this.targetShape)];
      },
  });
}

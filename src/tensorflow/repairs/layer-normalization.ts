import type { Tensor, layers } from "@tensorflow/tfjs-node";
import { tf } from "../native.js";

type Weight = { read(): Tensor };
type LayerNormalization = layers.Layer & {
  axis: number[];
  scale: boolean;
  center: boolean;
  gamma: Weight | null;
  beta: Weight | null;
};

/** Training with `scale: false` or `center: false` fails in tfjs-layers 4.22 ("Cannot read properties of undefined"). */
export function repairLayerNormalization(): void {
  const layer = Object.getPrototypeOf(tf.layers.layerNormalization()) as LayerNormalization;
  const { call } = layer;
  layer.call = function (this: LayerNormalization, inputs, kwargs) {
    const { scale, center, gamma, beta } = this;
    if (scale && center) return call.call(this, inputs, kwargs);
    const input = [inputs].flat()[0]!;
    const shape = this.axis.map((axis) => input.shape[axis]!);
    // For the time of the call, what the layer lacks is a constant.
    const ones = { read: () => tf.ones(shape) };
    const zeros = { read: () => tf.zeros(shape) };
    Object.assign(this, { scale: true, center: true, gamma: gamma ?? ones, beta: beta ?? zeros });
    try {
      return call.call(this, inputs, kwargs);
    } finally {
      Object.assign(this, { scale, center, gamma, beta });
    }
  };
}

import type { Tensor, layers } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { cloneMasked } from "./masks.js";

/**
 * When a layer takes the same tensor twice (self-attention on `[x, x]`), a model of tfjs-layers 4.22 in inference counts one use
 * of it and takes away two (executor.ts, recipientCounts), so that it frees the tensor while other layers still need it:
 * "Tensor is disposed". Here such a tensor has a spare one for those.
 */
export function repairRepeatedInputs(): void {
  const layer = tf.layers.Layer.prototype;
  const spares = new WeakMap<Tensor, Tensor>();
  const { apply } = layer;
  layer.apply = function (this: layers.Layer, inputs, kwargs) {
    if (!Array.isArray(inputs) || !(inputs[0] instanceof tf.Tensor) || kwargs?.["training"]) {
      return apply.call(this, inputs, kwargs);
    }
    const tensors = inputs as Tensor[];
    tensors.forEach((tensor, i) => {
      if (tensor.isDisposed) tensors[i] = spares.get(tensor) ?? tensor;
    });
    const outputs = apply.call(this, inputs, kwargs);
    tensors.forEach((tensor, i) => {
      if (tensors.indexOf(tensor) < i) spares.set(tensor, cloneMasked(tensor));
    });
    return outputs;
  };
}

import type { Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";
import { cloneMasked } from "./masks.js";

/**
 * When a layer takes the same tensor twice (self-attention on `[x, x]`), a model of tfjs-layers 4.22 in inference counts one use
 * of it and takes away two (executor.ts, recipientCounts), so that it frees the tensor while other layers still need it:
 * "Tensor is disposed". Here such a tensor has a spare one for those.
 */
export function repairRepeatedInputs(): void {
  const spares = new WeakMap<Tensor, Tensor>();
  patch(tf.layers.Layer.prototype, "apply", {
    name: "repeated inputs",
    after: ["own masks"],
    why: "a tensor that a layer takes twice is freed while other layers still need it",
    wrap: (apply) =>
      function (inputs, kwargs) {
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
      },
  });
}

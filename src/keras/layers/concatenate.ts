import type { layers, Tensor } from "@tensorflow/tfjs-node";
import { prototypeOf } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";

interface Concatenate extends layers.Layer {
  axis: number;
  mergeFunction(inputs: Tensor[]): Tensor;
}

/** tfjs-layers 4.22 takes every axis that counts from the end for the last one (`concatenate` in tfjs_backend.ts). */
export function repairConcatenate(): void {
  patch(prototypeOf<Concatenate>("Concatenate"), "mergeFunction", {
    name: "concatenate",
    why: "every axis that counts from the end is taken for the last one",
    replace(inputs) {
      return tf.concat(inputs, this.axis);
    },
  });
}

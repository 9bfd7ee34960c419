import type { layers, Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";

interface Concatenate extends layers.Layer {
  axis: number;
  mergeFunction(inputs: Tensor[]): Tensor;
}

/** tfjs-layers 4.22 takes every axis that counts from the end for the last one (`concatenate` in tfjs_backend.ts). */
export function repairConcatenate(): void {
  const layer = Object.getPrototypeOf(tf.layers.concatenate()) as Concatenate;
  layer.mergeFunction = function (inputs) {
    return tf.concat(inputs, this.axis);
  };
}

import type { Tensor, layers } from "@tensorflow/tfjs-node";
import { prototypeOf } from "../../tfjs/internals.js";
import { offTape, tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";
import { only } from "./base.js";

interface Masking extends layers.Layer {
  maskValue: number;
}

/** Layers that lose masks in tfjs-layers 4.22, and pass them on in Keras. */
const passing = ["ELU", "LeakyReLU", "Rescaling", "Softmax"];

/**
 * Masking computes its mask on the tape, where `any` has no gradient, so that nothing before it can be trained; and what it
 * hides stays NaN if it was.
 */
export function repairMasking(): void {
  patch(prototypeOf<Masking>("Masking"), "call", {
    name: "masking",
    why: "the mask has no gradient, and what it hides stays NaN if it was",
    replace(inputs): Tensor {
      return tf.tidy(() => {
        const input = only(inputs);
        const mask = offTape(() => tf.any(tf.notEqual(input, this.maskValue), -1, true));
        return tf.where(tf.broadcastTo(mask, input.shape), input, tf.zerosLike(input));
      });
    },
  });
  for (const className of passing) {
    patch(prototypeOf<layers.Layer>(className), "supportsMasking", {
      name: "masks",
      why: "the layer loses masks",
      // The constructors assign false.
      property: { get: () => true, set: () => {} },
    });
  }
}

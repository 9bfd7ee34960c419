import type { Scalar } from "@tensorflow/tfjs-node";
import { modelPrototype, type OpenLayer } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";
import { withParts } from "./trainable.js";

/**
 * TensorFlow.js leaves the regularizers of recurrent layers and of wrapped models out of the loss, since their weights belong to
 * the layers inside, and counts those of a layer that is used twice twice (`calculateLosses` of tfjs-layers 4.22). In Keras each
 * weight counts once.
 */
export function repairRegularizers(): void {
  patch(modelPrototype, "calculateLosses", {
    name: "regularizers",
    why: "those of layers inside of others are left out of the loss, and those of a layer that is used twice count twice",
    replace() {
      const layers = this.layers.flatMap((layer) => withParts(layer as never)) as unknown as OpenLayer[];
      // What is made of others answers for them, too.
      const single = layers.filter((layer) => withParts(layer as never).length === 1);
      return tf.tidy((): Scalar[] => [...new Set(single)].flatMap((layer) => layer.calculateLosses()));
    },
  });
}

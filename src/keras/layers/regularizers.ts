import type { Scalar } from "@tensorflow/tfjs-node";
import { layerPrototype, modelPrototype, type OpenLayer } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";
import { withParts } from "./trainable.js";

type RegularizedLayer = OpenLayer & { losses: (() => Scalar)[] };

const ofWeights = new WeakSet<() => Scalar>();

/** Whether code that is not ours has added a loss to a layer, by `addLoss`. */
export function hasForeignLoss(layer: object): boolean {
  return (layer as RegularizedLayer).losses.some((loss) => !ofWeights.has(loss));
}

/**
 * TensorFlow.js leaves the regularizers of recurrent layers and of wrapped models out of the loss, since their weights belong to
 * the layers inside, and counts those of a layer that is used twice twice (`calculateLosses` of tfjs-layers 4.22). In Keras each
 * weight counts once.
 */
export function repairRegularizers(): void {
  patch(layerPrototype as RegularizedLayer, "addWeight", {
    name: "penalties of weights",
    after: ["trainable"],
    why: "they cannot be told from losses that somebody else adds to a layer",
    wrap: (addWeight) =>
      function (...args) {
        const before = this.losses.length;
        const weight = addWeight.apply(this, args);
        for (const penalty of this.losses.slice(before)) ofWeights.add(penalty);
        return weight;
      },
  });
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

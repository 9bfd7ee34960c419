import type { Scalar } from "@tensorflow/tfjs-node";
import { modelPrototype, type OpenLayer } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";

interface RegularizedLayer extends OpenLayer {
  cell?: RegularizedLayer;
  cells?: RegularizedLayer[];
  forwardLayer?: RegularizedLayer;
  backwardLayer?: RegularizedLayer;
}

/**
 * TensorFlow.js leaves the regularizers of recurrent layers out of the loss, since their weights belong to the cells inside,
 * and counts those of a layer that is used twice twice (`calculateLosses` of tfjs-layers 4.22). In Keras each weight counts once.
 */
export function repairRegularizers(): void {
  patch(modelPrototype, "calculateLosses", {
    name: "regularizers",
    why: "those of recurrent cells are left out of the loss, and those of a layer that is used twice count twice",
    replace() {
      return tf.tidy(() => this.layers.flatMap(penaltiesOf));
    },
  });
}

function penaltiesOf(layer: RegularizedLayer): Scalar[] {
  const { cell, cells = [], forwardLayer, backwardLayer } = layer;
  const parts = [cell, ...cells, forwardLayer, backwardLayer].filter((part) => part !== undefined);
  return [...layer.calculateLosses(), ...parts.flatMap(penaltiesOf)];
}

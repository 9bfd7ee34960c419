import type { Scalar, layers } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";

interface RegularizedLayer extends layers.Layer {
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
  const model = tf.LayersModel.prototype as unknown as {
    calculateLosses(this: { layers: RegularizedLayer[] }): Scalar[];
  };
  model.calculateLosses = function () {
    return tf.tidy(() => this.layers.flatMap(penaltiesOf));
  };
}

function penaltiesOf(layer: RegularizedLayer): Scalar[] {
  const { cell, cells = [], forwardLayer, backwardLayer } = layer;
  const parts = [cell, ...cells, forwardLayer, backwardLayer].filter((part) => part !== undefined);
  return [...layer.calculateLosses(), ...parts.flatMap(penaltiesOf)];
}

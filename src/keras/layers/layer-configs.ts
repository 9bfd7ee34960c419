import type * as Tf from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";

interface Convolution extends Tf.layers.Layer {
  depthMultiplier: number;
  depthwiseConstraint: Tf.serialization.Serializable | null;
}

/**
 * Two layers of tfjs-layers 4.22 forget what they are made of when they are saved: DepthwiseConv2D writes its
 * regularizer in the constraint's place (convolutional_depthwise.ts), SeparableConv2D leaves out its depth multiplier
 * (convolutional.ts). A model with them could not be loaded, or had other shapes.
 */
export function repairLayerConfigs(): void {
  extendConfig(tf.layers.depthwiseConv2d({ kernelSize: 1 }), ({ depthwiseConstraint: constraint }) => ({
    depthwiseConstraint: constraint && {
      className: constraint.getClassName(),
      config: constraint.getConfig(),
    },
  }));
  extendConfig(tf.layers.separableConv2d({ kernelSize: 1, filters: 1 }), ({ depthMultiplier }) => ({
    depthMultiplier,
  }));
}

function extendConfig(
  sample: Tf.layers.Layer,
  more: (layer: Convolution) => Tf.serialization.ConfigDict,
): void {
  patch(Object.getPrototypeOf(sample) as Convolution, "getConfig", {
    name: "complete configs",
    why: "DepthwiseConv2D saves its regularizer as its constraint, SeparableConv2D leaves out its depth multiplier",
    wrap: (getConfig) =>
      function () {
        return { ...getConfig.call(this), ...more(this) };
      },
  });
}

import type * as Tf from "@tensorflow/tfjs";
import { tf } from "../keras/load.js";
import { addClass } from "../tfjs/registries.js";
import { isObject, type Json, type JsonObject } from "./json.js";

/**
 * Keras 3's hard_sigmoid, relu6(x + 3) / 6. TensorFlow.js has that of Keras 2, clip(0.2 x + 0.5, 0, 1)
 * (https://github.com/keras-team/keras/pull/19477), so that the same name means two functions.
 */
export class KerasHardSigmoid extends tf.serialization.Serializable {
  static readonly className = "kerasHardSigmoid";

  apply(x: Tf.Tensor): Tf.Tensor {
    return tf.tidy(() => tf.div(tf.relu6(tf.add(x, 3)), 6));
  }

  override getConfig(): Tf.serialization.ConfigDict {
    return {};
  }
}

addClass(KerasHardSigmoid);

const layer = (className: string, config: JsonObject): JsonObject => ({
  module: "keras.layers",
  class_name: className,
  config,
  registered_name: null,
});

/** That of TensorFlow.js and Keras 2 in terms of Keras 3, whose activations may be layers: clip(0.2 x + 0.5, 0, 1). */
export const tfjsHardSigmoid: Json = layer("Pipeline", {
  layers: [layer("Rescaling", { scale: 0.2, offset: 0.5 }), layer("ReLU", { max_value: 1 })],
  name: "hard_sigmoid",
});

/** Whether an activation in a file is {@link tfjsHardSigmoid}, as Keras writes it again. */
export function isTfjsHardSigmoid(value: Json): boolean {
  if (!isObject(value) || value.class_name !== "Pipeline" || !isObject(value.config)) return false;
  const parts = Array.isArray(value.config.layers) ? value.config.layers : [];
  const [scaled, cut, ...rest] = parts.map((part) =>
    isObject(part) && isObject(part.config) ? part.config : {},
  );
  return rest.length === 0 && scaled?.scale === 0.2 && scaled.offset === 0.5 && cut?.max_value === 1;
}

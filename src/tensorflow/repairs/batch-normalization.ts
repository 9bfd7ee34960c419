import type { Tensor, layers } from "@tensorflow/tfjs-node";
import { tf } from "../native.js";

type Weight = { read(): Tensor };
type BatchNormalization = layers.Layer & Record<"gamma" | "beta" | "movingMean", Weight | undefined>;

/**
 * Training with `scale: false` or `center: false` fails in TensorFlow.js ("Cannot read properties of undefined"), and a
 * layer with `trainable: false` goes on following the batches. In Keras a frozen layer works as in inference, which
 * fine-tuning relies on: https://keras.io/guides/transfer_learning/
 */
export function repairBatchNormalization(): void {
  const [layerClass] = tf.serialization.SerializationMap.getMap().classNameMap["BatchNormalization"]!;
  const layer = layerClass.prototype as BatchNormalization;
  const { call } = layer;
  layer.call = function (this: BatchNormalization, inputs, kwargs) {
    if (!kwargs["training"] || !this.trainable)
      return call.call(this, inputs, { ...kwargs, training: false });
    const { gamma, beta, movingMean } = this;
    // For the time of the call, what the layer lacks is a constant.
    this.gamma ??= { read: () => tf.onesLike(movingMean!.read()) };
    this.beta ??= { read: () => tf.zerosLike(movingMean!.read()) };
    try {
      return call.call(this, inputs, kwargs);
    } finally {
      Object.assign(this, { gamma, beta });
    }
  };
}

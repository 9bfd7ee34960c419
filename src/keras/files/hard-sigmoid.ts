import type * as Tf from "@tensorflow/tfjs";
import { tf } from "../../tensorflow/load.js";

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

tf.serialization.registerClass(KerasHardSigmoid);

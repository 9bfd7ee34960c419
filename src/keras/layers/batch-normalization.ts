import type { Tensor, layers } from "@tensorflow/tfjs-node";
import { prototypeOf } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";
import type { Mask } from "./masks.js";

type Weight = { read(): Tensor; write(value: Tensor): void };
type BatchNormalization = layers.Layer &
  Record<"gamma" | "beta", Pick<Weight, "read"> | undefined> &
  Record<"movingMean" | "movingVariance", Weight> & { axis: number; momentum: number; epsilon: number };

/**
 * Training with `scale: false` or `center: false` fails in TensorFlow.js ("Cannot read properties of undefined"), and so it
 * does over another axis than the last ("Input to reshape is ..."). A layer with `trainable: false` goes on following the
 * batches. Volumes, of five dimensions, are refused ("not implemented"). In Keras a frozen layer works as in inference, which
 * fine-tuning relies on (https://keras.io/guides/transfer_learning/), and masked steps count in no mean.
 */
export function repairBatchNormalization(): void {
  patch(prototypeOf<BatchNormalization>("BatchNormalization"), "call", {
    name: "batch normalization",
    why: "without scale or center, over another axis than the last, frozen and masked layers fail or differ from Keras",
    wrap: (call) =>
      function (inputs, kwargs) {
        const { gamma, beta, movingMean } = this;
        const input = [inputs].flat()[0]!;
        const training = Boolean(kwargs["training"]) && this.trainable;
        // Files of Keras 2 have it in a list.
        const axis = [this.axis].flat()[0]!;
        const isLast = axis === -1 || axis === input.rank - 1;
        if (!isLast && (training || input.rank > 4)) return overLastAxis(this, input, kwargs);
        if (input.rank > 4) {
          const shape = [input.shape[0], -1, input.shape.at(-1)!];
          return tf.tidy(() =>
            tf.reshape(this.call(tf.reshape(input, shape), kwargs) as Tensor, input.shape),
          );
        }
        if (!training) return call.call(this, inputs, { ...kwargs, training: false });
        const mask = kwargs["mask"] as Mask;
        if (mask?.rank === input.rank - 1) return tf.tidy(() => overUnmasked(this, input, mask));
        // For the time of the call, what the layer lacks is a constant.
        this.gamma ??= { read: () => tf.onesLike(movingMean.read()) };
        this.beta ??= { read: () => tf.zerosLike(movingMean.read()) };
        try {
          return call.call(this, inputs, kwargs);
        } finally {
          Object.assign(this, { gamma, beta });
        }
      },
  });
}

/** The same with the normalized axis moved to the end, and back. */
function overLastAxis(
  layer: BatchNormalization,
  input: Tensor,
  kwargs: Parameters<layers.Layer["call"]>[1],
): Tensor {
  const given = layer.axis;
  const axis = [given].flat()[0]!;
  const axes = Array.from(input.shape.keys());
  const moved = axis < 0 ? axis + input.rank : axis;
  const order = [...axes.filter((one) => one !== moved), moved];
  layer.axis = -1;
  try {
    return tf.tidy(() => {
      const normalized = layer.call(tf.transpose(input, order), kwargs) as Tensor;
      return tf.transpose(
        normalized,
        axes.map((one) => order.indexOf(one)),
      );
    });
  } finally {
    layer.axis = given;
  }
}

/** In training, with the mean and variance of what `mask`, `[batch, steps]`, does not hide. */
function overUnmasked(layer: BatchNormalization, input: Tensor, mask: Tensor): Tensor {
  const axes = Array.from(mask.shape.keys());
  const shown = tf.cast(tf.expandDims(mask, -1), "float32");
  const count = tf.add(tf.sum(shown), 1e-7);
  const mean = tf.div(tf.sum(tf.mul(input, shown), axes), count);
  const variance = tf.div(tf.sum(tf.mul(tf.square(tf.sub(input, mean)), shown), axes), count);
  const { gamma, beta, movingMean, movingVariance, momentum, epsilon } = layer;
  for (const [moving, value] of [
    [movingMean, mean],
    [movingVariance, variance],
  ] as const) {
    moving.write(tf.add(tf.mul(moving.read(), momentum), tf.mul(value, 1 - momentum)));
  }
  const scale = tf.rsqrt(tf.add(variance, epsilon));
  const normalized = tf.mul(tf.sub(input, mean), gamma ? tf.mul(scale, gamma.read()) : scale);
  return beta ? tf.add(normalized, beta.read()) : normalized;
}

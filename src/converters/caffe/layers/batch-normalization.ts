import type * as Tf from "@tensorflow/tfjs";
import { tf } from "../../../keras/load.js";
import type { CaffeLayer } from "../caffe-layer.js";

/**
 * Batch normalization, and the layer that scales what it gives, in one.
 * https://caffe.berkeleyvision.org/tutorial/layers/batchnorm.html
 */
export function batchNormalization(layer: CaffeLayer): Tf.SymbolicTensor {
  const { input, scale } = layer;
  const settings = layer.settings("batch_norm_param");
  if (!settings.flag("use_global_stats", true)) {
    layer.refuse(
      "has use_global_stats: false",
      "statistics of the training",
      "Leave it out: inference uses those.",
    );
  }
  const rank = input.shape.length;
  const axis = rank === 1 ? layer.refuse("gets one number of each sample", "channels") : layer.axis(1, rank);
  const channels = input.shape[axis]!;
  const hasBias = scale?.settings("scale_param").flag("bias_term", false) ?? false;
  const none = "zeros" as const;
  return layer.applyWeighted(
    ({ name }) =>
      tf.layers.batchNormalization({
        name,
        axis,
        epsilon: settings.real("eps", 1e-5),
        momentum: settings.real("moving_average_fraction", 0.999),
        scale: scale !== undefined,
        center: hasBias,
        gammaInitializer: none,
      }),
    input,
    () => {
      const [mean, variance, sum] = layer.weights([channels], [channels], [1]);
      const factor = sum!.dataSync()[0]!;
      const share = factor === 0 ? 0 : 1 / factor;
      const affine = scale?.weights([channels], ...(hasBias ? [[channels]] : [])) ?? [];
      return [...affine, tf.mul(mean!, share), tf.mul(variance!, share)];
    },
  );
}

/** Whether a layer does what the end of a batch normalization can do. */
export function isChannelScale(layer: CaffeLayer): boolean {
  const settings = layer.settings("scale_param");
  return settings.whole("axis", 1, -4) === 1 && settings.whole("num_axes", 1, -1) === 1;
}

import type * as Tf from "@tensorflow/tfjs";
import { tf } from "../../../keras/load.js";
import type { CaffeLayer } from "../caffe-layer.js";

/** https://caffe.berkeleyvision.org/tutorial/layers/innerproduct.html */
export function innerProduct(layer: CaffeLayer): Tf.SymbolicTensor {
  const settings = layer.settings("inner_product_param");
  const units = settings.whole("num_output", 0);
  if (units === 0) layer.refuse("has no num_output", "the number of its outputs");
  const { shape } = layer.input;
  const rank = shape.length;
  const given = settings.whole("axis", 1, -rank);
  const axis = given < 0 ? given + rank : given;
  const isLast = axis === rank - 1 && rank < 4;
  if (axis !== 1 && !isLast) layer.refuse(`has axis ${given}`, "axis 1: all of a sample");
  const useBias = settings.flag("bias_term", true);
  const isTransposed = settings.flag("transpose", false);
  const size = shape.slice(axis).reduce<number>((product, length) => product * length!, 1);
  const flat = isLast
    ? layer.input
    : layer.apply(({ name }) => tf.layers.flatten({ name }), layer.input, "_flatten");
  return layer.applyWeighted(
    ({ name }) =>
      tf.layers.dense({ name, units, useBias, kernelInitializer: "zeros", biasInitializer: "zeros" }),
    flat,
    () => {
      const [weights, ...rest] = layer.weights(
        isTransposed ? [size, units] : [units, size],
        ...(useBias ? [[units]] : []),
      );
      if (rank !== 4) return [isTransposed ? weights! : tf.transpose(weights!), ...rest];
      // Caffe flattens channel by channel, and here the channels come last.
      const [height, width, channels] = shape.slice(1) as [number, number, number];
      const apart = isTransposed
        ? tf.transpose(tf.reshape(weights!, [channels, height, width, units]), [1, 2, 0, 3])
        : tf.transpose(tf.reshape(weights!, [units, channels, height, width]), [2, 3, 1, 0]);
      return [tf.reshape(apart, [size, units]), ...rest];
    },
  );
}

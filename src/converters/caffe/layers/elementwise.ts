import type * as Tf from "@tensorflow/tfjs";
import { Operation } from "../../../keras/layers/operation.js";
import { tf } from "../../../keras/load.js";
import type { CaffeLayer } from "../caffe-layer.js";

/** Rectifiers, with a slope below zero or without: https://caffe.berkeleyvision.org/tutorial/layers/relu.html */
export function relu(layer: CaffeLayer): Tf.SymbolicTensor {
  const slope = layer.settings("relu_param").real("negative_slope", 0);
  return layer.apply(
    ({ name }) => (slope === 0 ? tf.layers.reLU({ name }) : tf.layers.leakyReLU({ name, alpha: slope })),
    layer.input,
  );
}

/** https://caffe.berkeleyvision.org/tutorial/layers/prelu.html */
export function prelu(layer: CaffeLayer): Tf.SymbolicTensor {
  const isShared = layer.settings("prelu_param").flag("channel_shared", false);
  const { shape } = layer.input;
  const rank = shape.length;
  const axis = layer.axis(1, rank);
  const count = isShared ? 1 : shape[axis]!;
  const others = Array.from({ length: rank - 1 }, (_, i) => i + 1).filter((one) => isShared || one !== axis);
  return layer.applyWeighted(
    ({ name }) => tf.layers.prelu({ name, sharedAxes: others, alphaInitializer: "zeros" }),
    layer.input,
    () => {
      const [slopes] = layer.weights([count]);
      return [
        tf.reshape(
          slopes!,
          shape.slice(1).map((_, i) => (i + 1 === axis ? count : 1)),
        ),
      ];
    },
  );
}

/** https://caffe.berkeleyvision.org/tutorial/layers/elu.html */
export function elu(layer: CaffeLayer): Tf.SymbolicTensor {
  const alpha = layer.settings("elu_param").real("alpha", 1);
  return layer.apply(({ name }) => tf.layers.elu({ name, alpha }), layer.input);
}

/** A layer that only has an activation of Keras. */
export const activation =
  (activationName: "sigmoid" | "tanh" | "softplus") =>
  (layer: CaffeLayer): Tf.SymbolicTensor =>
    layer.apply(({ name }) => tf.layers.activation({ name, activation: activationName }), layer.input);

export const absolute = (layer: CaffeLayer): Tf.SymbolicTensor =>
  layer.apply(
    ({ name }) => new Operation({ name, operation: "Absolute", arguments: [{ input: 0 }], settings: "{}" }),
    layer.input,
  );

/** `(shift + scale * x)^power`: https://caffe.berkeleyvision.org/tutorial/layers/power.html */
export function power(layer: CaffeLayer): Tf.SymbolicTensor {
  const settings = layer.settings("power_param");
  const [exponent, scale, offset] = [
    settings.real("power", 1),
    settings.real("scale", 1),
    settings.real("shift", 0),
  ];
  const isPower = exponent !== 1;
  const isScaled = scale !== 1 || offset !== 0 || !isPower;
  const scaled = isScaled
    ? layer.apply(
        ({ name }) => tf.layers.rescaling({ name, scale, offset }),
        layer.input,
        isPower ? "_scaled" : "",
      )
    : layer.input;
  if (!isPower) return scaled;
  const args = [{ input: 0 }, exponent];
  return layer.apply(
    ({ name }) => new Operation({ name, operation: "Power", arguments: args, settings: "{}" }),
    scaled,
  );
}

/** https://caffe.berkeleyvision.org/tutorial/layers/softmax.html */
export function softmax(layer: CaffeLayer): Tf.SymbolicTensor {
  const rank = layer.input.shape.length;
  const axis = layer.axis(layer.settings("softmax_param").whole("axis", 1, -rank), rank);
  return layer.apply(
    ({ name }) => tf.layers.softmax({ name, axis: axis === rank - 1 ? -1 : axis }),
    layer.input,
  );
}

/** Nothing is dropped when a net is used; a model that is trained on drops. */
export function dropout(layer: CaffeLayer): Tf.SymbolicTensor {
  const rate = layer.settings("dropout_param").real("dropout_ratio", 0.5);
  if (!(rate >= 0 && rate < 1)) layer.refuse(`has a dropout_ratio of ${rate}`, "a number from 0 up to 1");
  return layer.apply(({ name }) => tf.layers.dropout({ name, rate }), layer.input);
}

/** https://caffe.berkeleyvision.org/tutorial/layers/flatten.html */
export function flatten(layer: CaffeLayer): Tf.SymbolicTensor {
  const settings = layer.settings("flatten_param");
  const { input } = layer;
  const rank = input.shape.length;
  const [first, last] = [settings.whole("axis", 1, -rank), settings.whole("end_axis", -1, -rank)].map(
    (axis) => (axis < 0 ? axis + rank : axis),
  ) as [number, number];
  if (first < 1 || last >= rank || first > last) {
    layer.refuse(`flattens axes ${first} to ${last}`, `axes from 1 to ${rank - 1}`);
  }
  if (first === last) return input;
  // Caffe's order: channel by channel.
  const inOrder =
    rank === 4
      ? layer.apply(({ name }) => tf.layers.permute({ name, dims: [3, 1, 2] }), input, "_channels")
      : input;
  if (first === 1 && last === rank - 1)
    return layer.apply(({ name }) => tf.layers.flatten({ name }), inOrder);
  const sizes = inOrder.shape as number[];
  const flat = sizes.slice(first, last + 1).reduce((product, size) => product * size, 1);
  const targetShape = [...sizes.slice(1, first), flat, ...sizes.slice(last + 1)];
  return layer.apply(({ name }) => tf.layers.reshape({ name, targetShape }), inOrder);
}

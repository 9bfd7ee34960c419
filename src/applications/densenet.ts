import {
  activation,
  averagePool,
  channelsOf,
  concatenate,
  conv,
  globalPool,
  maxPool,
  type Node,
  norm,
  pad,
} from "./blocks.js";
import { application, classifier, kerasWeights } from "./application.js";

const epsilon = 1.001e-5;
/** Filters that each layer adds to those before it. */
const growth = 32;
/** Layers of the four blocks. */
const blocks = [6, 12, 24, 16];

/**
 * DenseNet121 (Huang and others 2016, https://arxiv.org/abs/1608.06993), as `keras.applications.DenseNet121`: 8 million weights,
 * pictures of 224x224 pixels.
 *
 * @example
 * const base = await applications.denseNet121({ includeTop: false, pooling: "avg" });
 */
export const denseNet121 = application({
  call: "denseNet121",
  name: "densenet121",
  defaultSize: 224,
  minSize: 32,
  flattens: true,
  preprocessing: "torch",
  body: (input) => {
    let x = conv(pad(input, 3), 64, 7, { strides: 2, useBias: false, name: "conv1_conv" });
    x = activation(norm(x, { epsilon, name: "conv1_bn" }), "relu", "conv1_relu");
    x = maxPool(pad(x, 1), 3, 2, { name: "pool1" });
    blocks.forEach((layers, i) => {
      if (i > 0) x = transition(x, `pool${i + 1}`);
      for (let layer = 1; layer <= layers; layer++) x = denseLayer(x, `conv${i + 2}_block${layer}`);
    });
    return activation(norm(x, { epsilon, name: "bn" }), "relu", "relu");
  },
  top: (x, args) => classifier(globalPool(x, "avg", "avg_pool"), args),
  pool: (x, kind) => globalPool(x, kind, `${kind}_pool`),
  imagenet: ({ includeTop }) =>
    kerasWeights("densenet", "densenet121_weights_tf_dim_ordering_tf_kernels", includeTop, [
      "9d60b8095a5708f2dcce2bca79d332c7",
      "30ee3e1110167f948a6b9946edeeb738",
    ]),
});

const normalized = (x: Node, name: string): Node =>
  activation(norm(x, { epsilon, name: `${name}_bn` }), "relu", `${name}_relu`);

function denseLayer(input: Node, name: string): Node {
  let x = conv(normalized(input, `${name}_0`), 4 * growth, 1, { useBias: false, name: `${name}_1_conv` });
  x = normalized(x, `${name}_1`);
  x = conv(x, growth, 3, { padding: "same", useBias: false, name: `${name}_2_conv` });
  return concatenate([input, x], `${name}_concat`);
}

/** Half the channels, half the height and width. */
function transition(input: Node, name: string): Node {
  const x = conv(normalized(input, name), Math.floor(channelsOf(input) / 2), 1, {
    useBias: false,
    name: `${name}_conv`,
  });
  return averagePool(x, 2, 2, { name: `${name}_pool` });
}

import { activation, add, conv, globalPool, maxPool, type Node, norm } from "./blocks.js";
import { application, classifier, kerasWeights } from "./application.js";
import { tf } from "../keras/load.js";

/**
 * Xception (Chollet 2016, https://arxiv.org/abs/1610.02357), as `keras.applications.Xception`: 23 million weights, pictures of
 * 299x299 pixels.
 *
 * @example
 * const base = await applications.xception({ includeTop: false, inputShape: [150, 150, 3] });
 */
export const xception = application({
  call: "xception",
  name: "xception",
  defaultSize: 299,
  minSize: 71,
  flattens: true,
  preprocessing: "tf",
  body: (input) => {
    let x = conv(input, 32, 3, { strides: 2, useBias: false, name: "block1_conv1" });
    x = activation(norm(x, { name: "block1_conv1_bn" }), "relu", "block1_conv1_act");
    x = conv(x, 64, 3, { useBias: false, name: "block1_conv2" });
    x = activation(norm(x, { name: "block1_conv2_bn" }), "relu", "block1_conv2_act");

    x = shrinking(x, [128, 128], "block2", false);
    x = shrinking(x, [256, 256], "block3");
    x = shrinking(x, [728, 728], "block4");
    for (let block = 5; block <= 12; block++) {
      const residual = x;
      for (const part of [1, 2, 3]) x = activated(x, 728, `block${block}_sepconv${part}`);
      x = add([x, residual]);
    }
    x = shrinking(x, [728, 1024], "block13");

    x = separable(x, 1536, "block14_sepconv1");
    x = activation(x, "relu", "block14_sepconv1_act");
    x = separable(x, 2048, "block14_sepconv2");
    return activation(x, "relu", "block14_sepconv2_act");
  },
  top: (x, args) => classifier(globalPool(x, "avg", "avg_pool"), args),
  pool: (x, kind) => globalPool(x, kind),
  imagenet: ({ includeTop }) =>
    kerasWeights("xception", "xception_weights_tf_dim_ordering_tf_kernels", includeTop, [
      "0a58e3b7378bc2990ea3b43d5981f1f6",
      "b0042744bf5b25fce3cb969f33bebb97",
    ]),
});

const separable = (x: Node, filters: number, name: string): Node =>
  norm(
    tf.layers.separableConv2d({ filters, kernelSize: 3, padding: "same", useBias: false, name }).apply(x),
    { name: `${name}_bn` },
  );

const activated = (x: Node, filters: number, name: string): Node =>
  separable(activation(x, "relu", `${name}_act`), filters, name);

/** A block that halves the picture. */
function shrinking(
  input: Node,
  [first, second]: [number, number],
  name: string,
  activatesFirst = true,
): Node {
  const residual = norm(conv(input, second, 1, { strides: 2, padding: "same", useBias: false }));
  let x = activatesFirst
    ? activated(input, first, `${name}_sepconv1`)
    : separable(input, first, `${name}_sepconv1`);
  x = activated(x, second, `${name}_sepconv2`);
  return add([maxPool(x, 3, 2, { padding: "same", name: `${name}_pool` }), residual]);
}

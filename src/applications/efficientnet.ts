import { activation, add, conv, depthwise, globalPool, type Node, norm, padForStride2 } from "./blocks.js";
import { application, classifier } from "./application.js";
import { tf } from "../keras/load.js";

/** Blocks that follow each other; `filters` is what they give. */
interface Stage {
  repeats: number;
  kernelSize: number;
  strides: 1 | 2;
  expansion: number;
  filters: number;
}

/** Those of B0, and of Lite0. */
export const stages: readonly Stage[] = [
  { repeats: 1, kernelSize: 3, strides: 1, expansion: 1, filters: 16 },
  { repeats: 2, kernelSize: 3, strides: 2, expansion: 6, filters: 24 },
  { repeats: 2, kernelSize: 5, strides: 2, expansion: 6, filters: 40 },
  { repeats: 3, kernelSize: 3, strides: 2, expansion: 6, filters: 80 },
  { repeats: 3, kernelSize: 5, strides: 1, expansion: 6, filters: 112 },
  { repeats: 4, kernelSize: 5, strides: 2, expansion: 6, filters: 192 },
  { repeats: 1, kernelSize: 3, strides: 1, expansion: 6, filters: 320 },
];

const stageCount = stages.reduce((sum, { repeats }) => sum + repeats, 0);
/** Of the skipped paths, rising from 0 in the first block. */
const lastDropRate = 0.2;

const kernelInitializer = tf.initializers.varianceScaling({
  scale: 2,
  mode: "fanOut",
  distribution: "normal",
});
const headInitializer = tf.initializers.varianceScaling({
  scale: 1 / 3,
  mode: "fanOut",
  distribution: "uniform",
});
const plain = { useBias: false, kernelInitializer } as const;

/**
 * EfficientNet B0 (Tan and Le 2019, https://arxiv.org/abs/1905.11946), as `keras.applications.EfficientNetB0`: 5.3 million
 * weights, pictures of 224x224, pixels from 0 to 255.
 *
 * @example
 * const base = await applications.efficientNetB0({ includeTop: false, pooling: "avg" });
 */
export const efficientNetB0 = application({
  call: "efficientNetB0",
  name: "efficientnetb0",
  defaultSize: 224,
  minSize: 32,
  flattens: true,
  preprocessing: "none",
  body: (input, { weights }) => {
    let x: Node = tf.layers.rescaling({ scale: 1 / 255 }).apply(input);
    x = tf.layers.normalization({ axis: 3 }).apply(x);
    // What the trained weights expect: they divide by the variance's root once more, https://github.com/tensorflow/tensorflow/issues/49930.
    if (weights === "imagenet")
      x = rescaled(
        x,
        [0.229, 0.224, 0.225].map((deviation) => 1 / Math.sqrt(deviation)),
      );
    x = conv(padForStride2(x, 3, "stem_conv_pad"), 32, 3, { strides: 2, ...plain, name: "stem_conv" });
    x = activation(norm(x, { name: "stem_bn" }), "swish", "stem_activation");
    let [channels, index] = [32, 0];
    stages.forEach(({ repeats, filters, strides, ...stage }, i) => {
      for (let repeat = 0; repeat < repeats; repeat++) {
        x = block(x, `block${i + 1}${"abcd"[repeat]}_`, {
          ...stage,
          channels,
          filters,
          strides: repeat === 0 ? strides : 1,
          dropRate: (lastDropRate * index++) / stageCount,
        });
        channels = filters;
      }
    });
    x = conv(x, 1280, 1, { padding: "same", ...plain, name: "top_conv" });
    return activation(norm(x, { name: "top_bn" }), "swish", "top_activation");
  },
  top: (x, args) => {
    const pooled = globalPool(x, "avg", "avg_pool");
    const dropped: Node = tf.layers.dropout({ rate: 0.2, name: "top_dropout" }).apply(pooled);
    return classifier(dropped, args, { kernelInitializer: headInitializer });
  },
  pool: (x, kind) => globalPool(x, kind, `${kind}_pool`),
  imagenet: ({ includeTop }) => ({
    url: `https://storage.googleapis.com/keras-applications/efficientnetb0${includeTop ? "" : "_notop"}.h5`,
    md5: includeTop ? "902e53a9f72be733fc0bcb005b3ebbac" : "50bc09e76180e00e4465e1a485ddc09d",
  }),
});

/** Each channel by a factor of its own, which the type does not know. */
const rescaled = (x: Node, factors: number[]): Node =>
  tf.layers.rescaling({ scale: factors as unknown as number }).apply(x);

interface BlockSettings extends Omit<Stage, "repeats"> {
  channels: number;
  dropRate: number;
}

function block(input: Node, name: string, settings: BlockSettings): Node {
  const { channels, filters, kernelSize, strides, expansion, dropRate } = settings;
  const inside = channels * expansion;
  let x = input;
  if (expansion !== 1) {
    x = conv(x, inside, 1, { padding: "same", ...plain, name: `${name}expand_conv` });
    x = activation(norm(x, { name: `${name}expand_bn` }), "swish", `${name}expand_activation`);
  }
  if (strides === 2) x = padForStride2(x, kernelSize, `${name}dwconv_pad`);
  x = depthwise(x, kernelSize, {
    strides,
    padding: strides === 2 ? "valid" : "same",
    useBias: false,
    depthwiseInitializer: kernelInitializer,
    name: `${name}dwconv`,
  });
  x = activation(norm(x, { name: `${name}bn` }), "swish", `${name}activation`);
  x = squeezeAndExcite(x, inside, Math.max(1, Math.floor(channels / 4)), `${name}se_`);
  x = conv(x, filters, 1, { padding: "same", ...plain, name: `${name}project_conv` });
  x = norm(x, { name: `${name}project_bn` });
  if (strides !== 1 || channels !== filters) return x;
  if (dropRate > 0)
    x = tf.layers
      .dropout({ rate: dropRate, noiseShape: [null, 1, 1, 1] as number[], name: `${name}drop` })
      .apply(x);
  return add([x, input], `${name}add`);
}

function squeezeAndExcite(input: Node, filters: number, squeezed: number, name: string): Node {
  let x = globalPool(input, "avg", `${name}squeeze`);
  x = tf.layers.reshape({ targetShape: [1, 1, filters], name: `${name}reshape` }).apply(x);
  const pointwise = (count: number, kind: "swish" | "sigmoid", part: string): Node =>
    conv(x, count, 1, { padding: "same", activation: kind, kernelInitializer, name: `${name}${part}` });
  x = pointwise(squeezed, "swish", "reduce");
  x = pointwise(filters, "sigmoid", "expand");
  return tf.layers.multiply({ name: `${name}excite` }).apply([input, x]);
}

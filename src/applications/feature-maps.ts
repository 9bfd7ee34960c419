import type * as Tf from "@tensorflow/tfjs";
import { imageGrid } from "../figures/image-grid.js";
import type { SelfShowing } from "../host/self-showing.js";
import { tf } from "../keras/load.js";
import {
  batchOf,
  layerOf,
  onePicture,
  type PictureOptions,
  type Pictures,
  withTensorsFreed,
} from "./pictures.js";

export interface FeatureMapOptions extends PictureOptions {
  /** How many channels to show, the first ones; 64 if left out. */
  count?: number;
}

/**
 * What the channels of a layer make of a picture, each as a picture from its least value, dark, to its largest.
 *
 * @param picture `[height, width, channels]`, as `preprocess` takes it
 * @param layer its name; its output must have height and width
 *
 * @example
 * applications.featureMaps(model, cat, "block2_conv2", { preprocess: applications.vgg16.preprocessInput });
 */
export function featureMaps(
  model: Tf.LayersModel,
  picture: Pictures,
  layer: string,
  options: FeatureMapOptions = {},
): SelfShowing {
  return withTensorsFreed(() => {
    const input = batchOf(onePicture("featureMaps", picture), options);
    const output = layerOf("featureMaps", model, layer).output as Tf.SymbolicTensor;
    if (output.shape.length !== 4) {
      throw new Error(
        `featureMaps got the layer ${JSON.stringify(layer)}, whose output is [${output.shape.map(String).join(", ")}]. Expected one with ` +
          "height and width, such as a convolution.",
      );
    }
    const maps = tf.model({ inputs: model.inputs, outputs: output }).predict(input);
    const channels = tf.transpose(tf.squeeze(maps, [0]), [2, 0, 1]);
    return imageGrid(stretched(channels, countOf("featureMaps", options.count, channels.shape[0])), {
      colormap: "viridis",
    });
  });
}

export interface FilterOptions {
  /** How many filters to show, the first ones; 64 if left out. */
  count?: number;
  /** Which channel of its input, where there are others than one, or red, green and blue; 0 if left out. */
  channel?: number;
}

/**
 * The filters of a convolution, each from its least weight, dark, to its largest: in color where the input has three channels,
 * else those for one channel of it.
 *
 * @param layer of two dimensions, with windows larger than one pixel
 *
 * @example
 * applications.filters(model.getLayer("block1_conv1"));
 */
export function filters(layer: Tf.layers.Layer, { count, channel = 0 }: FilterOptions = {}): SelfShowing {
  return withTensorsFreed(() => {
    const kernel = layer.weights.find(({ shape }) => shape.length === 4)?.read();
    const [height = 1, width = 1] = kernel?.shape ?? [];
    if (!kernel || (height === 1 && width === 1)) {
      throw new Error(
        `filters got the layer ${JSON.stringify(layer.name)} (${layer.getClassName()}${kernel ? ", with windows of one pixel" : ""}). Expected ` +
          "a convolution of two dimensions, with windows larger than that.",
      );
    }
    // Of a depthwise convolution each channel has its own.
    const isDepthwise = kernel.shape[3] === 1 && kernel.shape[2]! > 3;
    const inputs = isDepthwise ? 1 : kernel.shape[2]!;
    if (!Number.isSafeInteger(channel) || channel < 0 || channel >= inputs)
      throw new RangeError(
        `filters got channel ${channel}. Expected a whole number from 0 to ${inputs - 1}.`,
      );
    const perFilter = tf.transpose(kernel, isDepthwise ? [2, 0, 1, 3] : [3, 0, 1, 2]);
    const shown = inputs === 3 ? perFilter : tf.slice(perFilter, [0, 0, 0, channel], [-1, -1, -1, 1]);
    const images = inputs === 3 ? shown : tf.squeeze(shown, [3]);
    const scale = Math.max(4, Math.round(40 / height));
    return imageGrid(stretched(images, countOf("filters", count, images.shape[0])), { scale, gap: 6 });
  });
}

function countOf(call: string, count = 64, most: number): number {
  if (Number.isSafeInteger(count) && count > 0) return Math.min(count, most);
  throw new RangeError(`${call} got count: ${count}. Expected a whole number from 1.`);
}

/** The first `count` of them, each from 0 to 1. */
function stretched(images: Tf.Tensor, count: number): Tf.Tensor {
  const some = tf.slice(images, 0, count);
  const axes = some.shape.map((_, axis) => axis).slice(1);
  const least = tf.min(some, axes, true);
  return tf.div(tf.sub(some, least), tf.maximum(tf.sub(tf.max(some, axes, true), least), 1e-12));
}

import type { Tensor, Tensor4D } from "@tensorflow/tfjs-node";
import { resizeTaps } from "../../arrays/resize-taps.js";
import { tf } from "../../tfjs/native.js";

export const interpolations = ["nearest", "bilinear", "bicubic"] as const;
export type Interpolation = (typeof interpolations)[number];
type Size = [height: number, width: number];

/**
 * Pictures in another size, by the pixels of `tf.image.resize` in Python, which Keras uses: their centers are in the middle, and
 * nothing is smoothed where pictures shrink.
 *
 * @param images [batch, height, width, channels]
 */
export function resized(images: Tensor4D, size: Size, interpolation: Interpolation): Tensor4D {
  if (interpolation === "nearest") return tf.image.resizeNearestNeighbor(images, size, false, true);
  if (interpolation === "bilinear") return tf.image.resizeBilinear(images, size, false, true);
  return resizedBicubic(images, size);
}

/** The middle part of pictures that has the proportions of `size`, in that size. */
export function resizedMiddle(images: Tensor4D, size: Size, interpolation: Interpolation): Tensor4D {
  const [, height, width] = images.shape;
  const part: Size = [
    Math.max(1, Math.min(height, Math.trunc((width * size[0]) / size[1]))),
    Math.max(1, Math.min(width, Math.trunc((height * size[1]) / size[0]))),
  ];
  return resized(middle(images, part), size, interpolation);
}

/** Pictures with as much of `fillValue` around them as gives them the proportions of `size`, in that size. */
export function resizedWhole(
  images: Tensor4D,
  size: Size,
  interpolation: Interpolation,
  fillValue: number,
): Tensor4D {
  const [, height, width] = images.shape;
  const margins = [
    Math.trunc((Math.max(height, Math.trunc((width * size[0]) / size[1])) - height) / 2),
    Math.trunc((Math.max(width, Math.trunc((height * size[1]) / size[0])) - width) / 2),
  ].map((margin): Size => [margin, margin]);
  const framed = tf.pad(images, [[0, 0], ...margins, [0, 0]] as [Size, Size, Size, Size], fillValue);
  return resized(framed, size, interpolation);
}

/** The middle part of pictures, of this size. */
export function middle(images: Tensor4D, [height, width]: Size): Tensor4D {
  const [batch, fullHeight, fullWidth, channels] = images.shape;
  const top = Math.floor((fullHeight - height) / 2);
  const left = Math.floor((fullWidth - width) / 2);
  return tf.slice(images, [0, top, left, 0], [batch, height, width, channels]);
}

/** Resizing is linear along each axis: two products with matrices, whose gradients are there. */
function resizedBicubic(images: Tensor4D, [height, width]: Size): Tensor4D {
  const [batch, fullHeight, fullWidth, channels] = images.shape;
  const rows: Tensor = tf.matMul(
    bicubicWeights(fullHeight, height).expandDims(0),
    tf.reshape(images, [batch, fullHeight, fullWidth * channels]),
  );
  const columns = tf.matMul(
    bicubicWeights(fullWidth, width).expandDims(0),
    tf.reshape(rows, [batch * height, fullWidth, channels]),
  );
  return tf.reshape(columns, [batch, height, width, channels]);
}

/** What each of `from` pixels in a row gives to each of `to` pixels, [to, from]. */
function bicubicWeights(from: number, to: number): Tensor {
  const weights = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const taps = resizeTaps.bicubic(i, from, to);
    weights.set(taps.weights, i * from + taps.first);
  }
  return tf.tensor2d(weights, [to, from]);
}

import type { Tensor, Tensor4D } from "@tensorflow/tfjs-node";
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

/** TensorFlow looks the weights up for so many places between two pixels. */
const PLACES = 1024;
/** Keys's constant for cubic convolution. */
const A = -0.5;

/** What each of `from` pixels in a row gives to each of `to` pixels, [to, from], as TensorFlow's ResizeBicubic has it. */
function bicubicWeights(from: number, to: number): Tensor {
  const weights = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const center = ((i + 0.5) * from) / to - 0.5;
    const first = Math.floor(center);
    const place = Math.round((center - first) * PLACES) / PLACES;
    const near = [outer(place + 1), inner(place), inner(1 - place), outer(2 - place)];
    // Pixels beyond the edge count for nothing.
    const pixels = near.map((weight, k) => ({ index: first - 1 + k, weight }));
    const known = pixels.filter(({ index }) => index >= 0 && index < from);
    const sum = known.reduce((total, { weight }) => total + weight, 0);
    for (const { index, weight } of known) weights[i * from + index] = weight / sum;
  }
  return tf.tensor2d(weights, [to, from]);
}

const inner = (x: number): number => ((A + 2) * x - (A + 3)) * x * x + 1;
const outer = (x: number): number => ((A * x - 5 * A) * x + 8 * A) * x - 4 * A;

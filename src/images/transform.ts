import { affineLinear, affineNearest, type AffineMatrix, type AffineOptions } from "./affine.js";
import type { AnyPicture, FloatPicture } from "./pixels.js";
import { affineSpline, type SplineOrder } from "./spline.js";

/** What is done to one picture. All that is left out changes nothing. */
export interface TransformParameters {
  /** Degrees, counter-clockwise. */
  theta?: number;
  /** Pixels, up. With `kerasCompatible`, to the left. */
  tx?: number;
  /** Pixels, to the left. With `kerasCompatible`, up. */
  ty?: number;
  /** Degrees. */
  shear?: number;
  /** How much of the width is seen: below 1 the picture becomes wider. */
  zx?: number;
  /** How much of the height is seen. */
  zy?: number;
  flipHorizontal?: boolean;
  flipVertical?: boolean;
  /** What is added to each number; the picture's smallest and largest number stay the bounds. */
  channelShiftIntensity?: number | null;
  /** What a picture of 0 to 255 is multiplied by. */
  brightness?: number | null;
}

export interface TransformOptions extends AffineOptions {
  /** How many pixels are mixed: the nearest (0), linearly (1), or by splines of this order. */
  interpolationOrder: 0 | 1 | SplineOrder;
  kerasCompatible: boolean;
}

type Matrix = readonly [number, number, number, number, number, number];

/** The product of two matrices of 3 x 3 whose last row is 0 0 1. */
function product([a, b, c, d, e, f]: Matrix, [g, h, i, j, k, l]: Matrix): Matrix {
  return [a * g + b * j, a * h + b * k, a * i + b * l + c, d * g + e * j, d * h + e * k, d * i + e * l + f];
}

const radians = (degrees: number): number => degrees * (Math.PI / 180);

/**
 * Keras's matrix: rotation, shift, shear, zoom, about the picture's centre; undefined if nothing moves. Keras's own takes rows
 * for columns where it shifts and where it looks for the centre.
 */
export function affineMatrix(
  parameters: TransformParameters,
  [height, width]: readonly [number, number],
  kerasCompatible: boolean,
): AffineMatrix | undefined {
  const { theta = 0, tx = 0, ty = 0, shear = 0, zx = 1, zy = 1 } = parameters;
  const factors: Matrix[] = [];
  if (theta !== 0) {
    const [cos, sin] = [Math.cos(radians(theta)), Math.sin(radians(theta))];
    factors.push([cos, -sin, 0, sin, cos, 0]);
  }
  if (tx !== 0 || ty !== 0) factors.push(kerasCompatible ? [1, 0, tx, 0, 1, ty] : [1, 0, ty, 0, 1, tx]);
  if (shear !== 0) factors.push([1, -Math.sin(radians(shear)), 0, 0, Math.cos(radians(shear)), 0]);
  if (zx !== 1 || zy !== 1) factors.push([zx, 0, 0, 0, zy, 0]);
  if (factors.length === 0) return undefined;
  const [x, y] = (kerasCompatible ? [height, width] : [width, height]).map((size) => size / 2 - 0.5);
  const about = product([1, 0, x!, 0, 1, y!], factors.reduce(product));
  const [a, b, c, d, e, f] = product(about, [1, 0, -x!, 0, 1, -y!]);
  // It is of (column, row) so far.
  return [e, d, f, b, a, c];
}

/** A picture changed as `parameters` say. The picture given is left as it is. */
export function transformed(
  picture: AnyPicture,
  parameters: TransformParameters,
  options: TransformOptions,
): FloatPicture {
  const { channelShiftIntensity, flipHorizontal, flipVertical, brightness } = parameters;
  const matrix = affineMatrix(parameters, [picture.height, picture.width], options.kerasCompatible);
  // What moves anyway is flipped on the way.
  let result: FloatPicture = matrix
    ? moved(picture, flippedMatrix(matrix, picture, parameters), options)
    : { ...picture, data: new Float32Array(picture.data) };
  if (channelShiftIntensity != null) shiftChannels(result.data, channelShiftIntensity);
  if (!matrix && flipHorizontal) result = flippedHorizontally(result);
  if (!matrix && flipVertical) result = flippedVertically(result);
  if (brightness != null) brighten(result, brightness);
  return result;
}

/** The matrix of what is moved first and flipped then. */
function flippedMatrix(
  [a, b, c, d, e, f]: AffineMatrix,
  { height, width }: AnyPicture,
  { flipHorizontal = false, flipVertical = false }: TransformParameters,
): AffineMatrix {
  const [column, across] = flipHorizontal ? [-1, width - 1] : [1, 0];
  const [row, down] = flipVertical ? [-1, height - 1] : [1, 0];
  return [a * row, b * column, c + a * down + b * across, d * row, e * column, f + d * down + e * across];
}

function moved(picture: AnyPicture, matrix: AffineMatrix, options: TransformOptions): FloatPicture {
  const { interpolationOrder: order } = options;
  if (order === 0) return affineNearest(picture, matrix, options);
  return order === 1 ? affineLinear(picture, matrix, options) : affineSpline(picture, matrix, options, order);
}

export function boundsOf(numbers: Float32Array): [lowest: number, highest: number] {
  let [lowest, highest] = [Infinity, -Infinity];
  for (const number of numbers) {
    if (number < lowest) lowest = number;
    if (number > highest) highest = number;
  }
  return [lowest, highest];
}

function shiftChannels(data: Float32Array, intensity: number): void {
  const [lowest, highest] = boundsOf(data);
  const shift = Math.fround(intensity);
  for (let i = 0; i < data.length; i++) data[i] = Math.min(highest, Math.max(lowest, data[i]! + shift));
}

function flippedHorizontally({ data: source, height, width, channels }: FloatPicture): FloatPicture {
  const data = new Float32Array(source.length);
  let to = 0;
  for (let row = 0; row < height; row++)
    for (let column = width - 1; column >= 0; column--) {
      const from = (row * width + column) * channels;
      for (let channel = 0; channel < channels; channel++) data[to++] = source[from + channel]!;
    }
  return { data, height, width, channels };
}

function flippedVertically({ data: source, height, width, channels }: FloatPicture): FloatPicture {
  const data = new Float32Array(source.length);
  const size = width * channels;
  for (let row = 0; row < height; row++)
    data.set(source.subarray(row * size, (row + 1) * size), (height - 1 - row) * size);
  return { data, height, width, channels };
}

/**
 * Multiplies whole numbers from 0 to 255, and cuts them off at both ends and behind the point. Pictures with other numbers are
 * brought to 0 to 255 for that, and back. How opaque a picture is stays as it is.
 */
function brighten({ data, channels }: FloatPicture, brightness: number): void {
  const [lowest, highest] = boundsOf(data);
  const isScaled = lowest < 0 || highest > 255;
  const range = Math.fround(highest - lowest);
  const factor = Math.fround(brightness);
  for (let i = 0; i < data.length; i++) {
    const scaled = Math.fround(data[i]! - lowest) / (range || 1);
    const value = Math.trunc(isScaled ? Math.fround(Math.fround(scaled) * 255) : data[i]!);
    const isAlpha = channels === 4 && i % 4 === 3;
    const bright = isAlpha ? value : Math.min(255, Math.max(0, Math.trunc(Math.fround(factor * value))));
    data[i] = isScaled ? Math.fround(Math.fround(bright / 255) * range) + lowest : bright;
  }
}

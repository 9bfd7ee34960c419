import { mapped, type AffineMatrix, type AffineOptions, type FillMode } from "./affine.js";
import type { AnyPicture, FloatPicture } from "./pixels.js";

export type SplineOrder = 2 | 3 | 4 | 5;

/** What a B-spline of each order takes to pass through the pixels: the roots of its filter. */
const poles: Record<SplineOrder, readonly number[]> = {
  2: [Math.sqrt(8) - 3],
  3: [Math.sqrt(3) - 2],
  4: [
    Math.sqrt(664 - Math.sqrt(438976)) + Math.sqrt(304) - 19,
    Math.sqrt(664 + Math.sqrt(438976)) - Math.sqrt(304) - 19,
  ],
  5: [
    Math.sqrt(67.5 - Math.sqrt(4436.25)) + Math.sqrt(26.25) - 6.5,
    Math.sqrt(67.5 + Math.sqrt(4436.25)) - Math.sqrt(26.25) - 6.5,
  ],
};

/** With "nearest" so many of the edge's pixels are put around a picture before it is filtered. */
const margin = 12;

/**
 * The picture seen through a matrix, between pixels by splines: `scipy.ndimage.affine_transform(..., order=2 to 5)` for each
 * channel, calculated in double precision.
 */
export function affineSpline(
  picture: AnyPicture,
  matrix: AffineMatrix,
  { fillMode, cval }: AffineOptions,
  order: SplineOrder,
): FloatPicture {
  const { channels } = picture;
  const frame = fillMode === "nearest" ? margin : 0;
  const [height, width] = [picture.height + 2 * frame, picture.width + 2 * frame];
  const planes = Array.from({ length: channels }, (_, channel) =>
    filtered(picture, channel, frame, fillMode, order),
  );
  const data = new Float32Array(picture.data.length);
  const [a, b, c, d, e, f] = matrix;
  const rowTaps = new Taps(order, height, fillMode);
  const columnTaps = new Taps(order, width, fillMode);
  let to = 0;
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0; x < picture.width; x++) {
      const row = mapped(a * y + b * x + c + frame, height, fillMode);
      const column = mapped(d * y + e * x + f + frame, width, fillMode);
      const isOutside = row <= -1 || column <= -1;
      if (!isOutside) {
        rowTaps.at(row);
        columnTaps.at(column);
      }
      for (const plane of planes) data[to++] = isOutside ? cval : weighted(plane, width, rowTaps, columnTaps);
    }
  }
  return { data, height: picture.height, width: picture.width, channels };
}

function weighted(plane: Float64Array, width: number, rows: Taps, columns: Taps): number {
  let sum = 0;
  for (let i = 0; i < rows.pixels.length; i++) {
    const start = rows.pixels[i]! * width;
    for (let k = 0; k < columns.pixels.length; k++)
      sum += plane[start + columns.pixels[k]!]! * rows.weights[i]! * columns.weights[k]!;
  }
  return sum;
}

/** The pixels around a place along an axis, and what each of them counts. */
class Taps {
  readonly pixels: Int32Array;
  readonly weights: Float64Array;

  constructor(
    private readonly order: SplineOrder,
    private readonly length: number,
    private readonly mode: FillMode,
  ) {
    this.pixels = new Int32Array(order + 1);
    this.weights = new Float64Array(order + 1);
  }

  at(place: number): void {
    const { order, length, mode } = this;
    const middle = Math.floor(order % 2 === 1 ? place : place + 0.5);
    const first = middle - Math.floor(order / 2);
    for (let k = 0; k <= order; k++) {
      const pixel = first + k;
      this.pixels[k] = pixel >= 0 && pixel < length ? pixel : beyond(pixel, length, mode);
      this.weights[k] = bSpline(order, pixel - place);
    }
  }
}

/** The pixel that stands for one beyond the edge. */
function beyond(pixel: number, length: number, mode: FillMode): number {
  if (length <= 1) return 0;
  if (mode === "nearest" || mode === "reflect") return mapped(pixel, length, mode);
  const period = 2 * length - 2;
  const near = Math.abs(pixel) % period;
  return near < length ? near : period - near;
}

/** The value of the B-spline of an order at a distance from its middle. */
function bSpline(order: SplineOrder, distance: number): number {
  const x = Math.abs(distance);
  if (order === 2) return x <= 0.5 ? 0.75 - x * x : x < 1.5 ? 0.5 * (1.5 - x) ** 2 : 0;
  if (order === 3) return x < 1 ? (x * x * (x - 2) * 3 + 4) / 6 : x < 2 ? (2 - x) ** 3 / 6 : 0;
  if (order === 4) {
    if (x <= 0.5) return x * x * (x * x * 0.25 - 0.625) + 115 / 192;
    if (x <= 1.5) return x * (x * (x * ((5 - x) / 6) - 1.25) + 5 / 24) + 55 / 96;
    return x < 2.5 ? (2.5 - x) ** 4 / 24 : 0;
  }
  if (x < 1) return x * x * (x * x * (0.25 - x / 12) - 0.5) + 0.55;
  if (x < 2) return x * (x * (x * (x * (x / 24 - 0.375) + 1.25) - 1.75) + 0.625) + 0.425;
  return x < 3 ? (3 - x) ** 5 / 120 : 0;
}

/** The splines' coefficients of one channel, `[height, width]` with the frame. */
function filtered(
  picture: AnyPicture,
  channel: number,
  frame: number,
  mode: FillMode,
  order: SplineOrder,
): Float64Array {
  const { data, channels } = picture;
  const [height, width] = [picture.height + 2 * frame, picture.width + 2 * frame];
  const plane = new Float64Array(height * width);
  const inside = (place: number, length: number): number => Math.min(length - 1, Math.max(0, place - frame));
  for (let y = 0, to = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      plane[to++] =
        data[(inside(y, picture.height) * picture.width + inside(x, picture.width)) * channels + channel]!;
  const column = new Float64Array(height);
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) column[y] = plane[y * width + x]!;
    filterLine(column, mode, order);
    for (let y = 0; y < height; y++) plane[y * width + x] = column[y]!;
  }
  for (let y = 0; y < height; y++) filterLine(plane.subarray(y * width, (y + 1) * width), mode, order);
  return plane;
}

/** Turns pixels into coefficients, in place: for each pole once forwards and once backwards. */
function filterLine(line: Float64Array, mode: FillMode, order: SplineOrder): void {
  const last = line.length - 1;
  if (last < 1) return;
  const gain = poles[order].reduce((product, pole) => product * (1 - pole) * (1 - 1 / pole), 1);
  for (let i = 0; i <= last; i++) line[i]! *= gain;
  for (const pole of poles[order]) {
    line[0] = forwardStart(line, pole, mode);
    for (let i = 1; i <= last; i++) line[i]! += pole * line[i - 1]!;
    line[last] = backwardStart(line, pole, mode);
    for (let i = last - 1; i >= 0; i--) line[i] = pole * (line[i + 1]! - line[i]!);
  }
}

/** Whether the first pixel comes twice where a line goes on backwards before it. */
const isMirroredAtEdge = (mode: FillMode): boolean => mode === "reflect" || mode === "nearest";

/** The sum over all pixels that the mode has before the first one. */
function forwardStart(line: Float64Array, pole: number, mode: FillMode): number {
  const count = line.length;
  let power = pole;
  let sum = line[0]!;
  if (isMirroredAtEdge(mode)) {
    const whole = pole ** count;
    sum += whole * line[count - 1]!;
    for (let i = 1; i < count; i++, power *= pole) sum += power * (line[i]! + whole * line[count - 1 - i]!);
    return (sum * pole) / (1 - whole * whole) + line[0]!;
  }
  const whole = pole ** (count - 1);
  sum += whole * line[count - 1]!;
  for (let i = 1; i < count - 1; i++, power *= pole) sum += power * (line[i]! + whole * line[count - 1 - i]!);
  return sum / (1 - whole * whole);
}

function backwardStart(line: Float64Array, pole: number, mode: FillMode): number {
  const last = line.length - 1;
  if (isMirroredAtEdge(mode)) return (line[last]! * pole) / (pole - 1);
  return ((pole * line[last - 1]! + line[last]!) * pole) / (pole * pole - 1);
}

import type { AnyPicture, FloatPicture } from "./pixels.js";

export const fillModes = ["constant", "nearest", "reflect", "wrap"] as const;
export type FillMode = (typeof fillModes)[number];

/** Where an output's (row, column) lies in the input: `(a row + b column + c, d row + e column + f)`. */
export type AffineMatrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export interface AffineOptions {
  fillMode: FillMode;
  /** What lies outside with the fill mode "constant". */
  cval: number;
}

/** What stands for a place outside, with the fill mode "constant". */
const outside = -1;
const rounding = 1e-9;

/**
 * A place along an axis of `length` pixels, as SciPy maps it: from 0 to `length - 1`; with "reflect" down to -1, whose pixel is
 * the first one.
 */
export function mapped(place: number, length: number, mode: FillMode): number {
  const last = length - 1;
  if (place >= 0 && place <= last) return place;
  // What a half turn puts on the edge is not outside by a rounding error.
  if (place > -rounding && place < last + rounding) return place < 0 ? 0 : last;
  if (mode === "constant") return outside;
  if (mode === "nearest" || length <= 1) return place < 0 ? 0 : place > last ? last : place;
  if (mode === "wrap") {
    // The first and the last pixel fall together.
    const turns = Math.trunc(-place / last);
    return place < 0 ? place + last * (turns + 1) : place - last * Math.trunc(place / last);
  }
  const period = 2 * length;
  if (place < 0) {
    const near = place < -period ? period * Math.trunc(-place / period) + place : place;
    if (near < -length) return near + period;
    return (near > -1e-15 ? 1e-15 : -near) - 1;
  }
  const near = place - period * Math.trunc(place / period);
  return near >= length ? period - near - 1 : near;
}

/** The pixel at a whole place next to the edge. */
export function pixelAt(place: number, length: number, mode: FillMode): number {
  if (place >= 0 && place < length) return place;
  return mode === "reflect" && length > 1 ? mapped(place, length, mode) : place < 0 ? 0 : length - 1;
}

/**
 * The picture seen through a matrix, between pixels linearly: `scipy.ndimage.affine_transform(..., order=1)` for each channel,
 * calculated in double precision. https://docs.scipy.org/doc/scipy/reference/generated/scipy.ndimage.affine_transform.html
 */
export function affineLinear(
  picture: AnyPicture,
  matrix: AffineMatrix,
  options: AffineOptions,
): FloatPicture {
  const { data: source, height, width, channels } = picture;
  const [a, b, c, d, e, f] = matrix;
  const data = new Float32Array(source.length);
  const [lastRow, lastColumn] = [height - 1, width - 1];
  const rowSize = width * channels;
  let to = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += channels) {
      const row = a * y + b * x + c;
      const column = d * y + e * x + f;
      if (!(row >= 0 && row < lastRow && column >= 0 && column < lastColumn)) {
        atEdge(picture, row, column, options, data, to);
        continue;
      }
      // Most pixels by far; that they are whole numbers from 0 up is what makes this fast.
      const top = row | 0;
      const left = column | 0;
      const down = row - top;
      const right = column - left;
      const fourth = down * right;
      const third = down - fourth;
      const second = right - fourth;
      const first = 1 - down - second;
      let upper = top * rowSize + left * channels;
      let lower = upper + rowSize;
      for (let k = 0; k < channels; k++, upper++, lower++)
        data[to + k] =
          source[upper]! * first +
          source[upper + channels]! * second +
          source[lower]! * third +
          source[lower + channels]! * fourth;
    }
  }
  return { data, height, width, channels };
}

/** One pixel of `affineLinear`, which lies outside or in the last row or column. */
function atEdge(
  { data: source, height, width, channels }: AnyPicture,
  givenRow: number,
  givenColumn: number,
  { fillMode, cval }: AffineOptions,
  data: Float32Array,
  to: number,
): void {
  const row = mapped(givenRow, height, fillMode);
  const column = mapped(givenColumn, width, fillMode);
  if (fillMode === "constant" && (row === outside || column === outside)) {
    data.fill(cval, to, to + channels);
    return;
  }
  const [top, left] = [Math.floor(row), Math.floor(column)];
  const [down, right] = [row - top, column - left];
  const [first, second] = [pixelAt(top, height, fillMode), pixelAt(top + 1, height, fillMode)];
  const [near, far] = [pixelAt(left, width, fillMode), pixelAt(left + 1, width, fillMode)];
  for (let k = 0; k < channels; k++) {
    const at = (y: number, x: number): number => source[(y * width + x) * channels + k]!;
    data[to + k] =
      at(first, near) * (1 - down) * (1 - right) +
      at(first, far) * (1 - down) * right +
      at(second, near) * down * (1 - right) +
      at(second, far) * down * right;
  }
}

/** The picture seen through a matrix, of each place the nearest pixel: `order=0`. */
export function affineNearest(
  picture: AnyPicture,
  matrix: AffineMatrix,
  options: AffineOptions,
): FloatPicture {
  const { data: source, height, width, channels } = picture;
  const { fillMode, cval } = options;
  const [a, b, c, d, e, f] = matrix;
  const data = new Float32Array(source.length);
  let to = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const row = mapped(a * y + b * x + c, height, fillMode);
      const column = mapped(d * y + e * x + f, width, fillMode);
      const isOutside = fillMode === "constant" && (row === outside || column === outside);
      const top = pixelAt(Math.floor(row + 0.5), height, fillMode);
      let from = (top * width + pixelAt(Math.floor(column + 0.5), width, fillMode)) * channels;
      for (let channel = 0; channel < channels; channel++) data[to++] = isOutside ? cval : source[from++]!;
    }
  }
  return { data, height, width, channels };
}

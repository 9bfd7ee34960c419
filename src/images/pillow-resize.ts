import type { Pixels, Size } from "./pixels.js";

export const pillowInterpolations = ["nearest", "bilinear", "bicubic", "hamming", "box", "lanczos"] as const;
export type PillowInterpolation = (typeof pillowInterpolations)[number];

/** The part of a picture that is resized: its first row and column, and its size. */
interface Part {
  top: number;
  left: number;
  height: number;
  width: number;
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const a = -0.5;

/** How far each filter reaches, and what it gives to a pixel at a distance. */
const filters: Record<Exclude<PillowInterpolation, "nearest">, [support: number, (x: number) => number]> = {
  box: [0.5, (x) => (x > -0.5 && x <= 0.5 ? 1 : 0)],
  bilinear: [1, (x) => Math.max(0, 1 - Math.abs(x))],
  hamming: [
    1,
    (x) => {
      if (x === 0) return 1;
      if (Math.abs(x) >= 1) return 0;
      const angle = Math.abs(x) * Math.PI;
      return (Math.sin(angle) / angle) * (0.54 + 0.46 * Math.cos(angle));
    },
  ],
  bicubic: [
    2,
    (given) => {
      const x = Math.abs(given);
      if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
      if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
      return 0;
    },
  ],
  lanczos: [3, (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0)],
};

/**
 * A picture in another size, as Pillow's `Image.resize` gives it: smoothed where it shrinks, except by "nearest".
 * https://pillow.readthedocs.io/en/stable/handbook/concepts.html#filters
 *
 * @param keepAspectRatio whether to cut the middle out first, in the proportions of the new size
 */
export function pillowResize(
  picture: Pixels,
  size: Size,
  interpolation: PillowInterpolation = "nearest",
  keepAspectRatio = false,
): Pixels {
  if (picture.height === size[0] && picture.width === size[1]) return picture;
  const part = keepAspectRatio ? middle(picture, size) : { top: 0, left: 0, ...sizeOf(picture) };
  if (interpolation === "nearest") return nearest(picture, part, size);
  if (picture.channels !== 4) return filtered(picture, part, size, interpolation);
  // What is transparent has no color to mix.
  return withoutAlpha(filtered(withAlpha(picture), part, size, interpolation));
}

const sizeOf = ({ height, width }: Pixels): { height: number; width: number } => ({ height, width });

function middle({ height, width }: Pixels, [newHeight, newWidth]: Size): Part {
  const partHeight = Math.min(height, Math.floor((width * newHeight) / newWidth));
  const partWidth = Math.min(width, Math.floor((height * newWidth) / newHeight));
  return {
    top: Math.floor((height - partHeight) / 2),
    left: Math.floor((width - partWidth) / 2),
    height: partHeight,
    width: partWidth,
  };
}

function nearest(picture: Pixels, part: Part, [height, width]: Size): Pixels {
  const { data: source, channels } = picture;
  const columns = places(part.left, part.width, width);
  const rows = places(part.top, part.height, height);
  const data = new Uint8Array(height * width * channels);
  let to = 0;
  for (const row of rows)
    for (const column of columns) {
      const from = (row * picture.width + column) * channels;
      for (let channel = 0; channel < channels; channel++) data[to++] = source[from + channel]!;
    }
  return { data, height, width, channels };
}

/** Summed up as Pillow does, so that what lies between two pixels falls to the same one. */
function places(start: number, from: number, to: number): Int32Array {
  const step = from / to;
  let place = start + step * 0.5;
  return Int32Array.from({ length: to }, () => {
    const pixel = Math.floor(place);
    place += step;
    return Math.min(pixel, start + from - 1);
  });
}

/** Pillow calculates in whole numbers, with so many bits behind the point. */
const precision = 22;
const half = 2 ** (precision - 1);
const one = 2 ** precision;

interface Weights {
  /** The first pixel that counts, for each new one. */
  first: Int32Array;
  count: Int32Array;
  /** `stride` weights for each new pixel. */
  values: Int32Array;
  stride: number;
}

function weightsOf(
  interpolation: Exclude<PillowInterpolation, "nearest">,
  start: number,
  from: number,
  to: number,
  full: number,
): Weights {
  const [reach, filter] = filters[interpolation];
  const scale = from / to;
  const stretch = Math.max(scale, 1);
  const support = reach * stretch;
  const stride = Math.ceil(support) * 2 + 1;
  const [first, count, values] = [new Int32Array(to), new Int32Array(to), new Int32Array(to * stride)];
  for (let i = 0; i < to; i++) {
    const center = start + (i + 0.5) * scale;
    const low = Math.max(0, Math.trunc(center - support + 0.5));
    const high = Math.min(full, Math.trunc(center + support + 0.5));
    const weights = Array.from({ length: high - low }, (_, k) => filter((k + low - center + 0.5) / stretch));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    first[i] = low;
    count[i] = high - low;
    weights.forEach((weight, k) => {
      const share = (sum === 0 ? weight : weight / sum) * one;
      values[i * stride + k] = Math.trunc(share + (share < 0 ? -0.5 : 0.5));
    });
  }
  return { first, count, values, stride };
}

/** First along the rows, then along the columns; in bytes between. */
function filtered(
  picture: Pixels,
  part: Part,
  [height, width]: Size,
  interpolation: Exclude<PillowInterpolation, "nearest">,
): Pixels {
  const { channels } = picture;
  let { data } = picture;
  if (part.left !== 0 || part.width !== picture.width || width !== picture.width) {
    const weights = weightsOf(interpolation, part.left, part.width, width, picture.width);
    data = alongRows(data, picture.height, picture.width, width, channels, weights);
  }
  if (part.top !== 0 || part.height !== picture.height || height !== picture.height) {
    const weights = weightsOf(interpolation, part.top, part.height, height, picture.height);
    data = alongColumns(data, height, width * channels, weights);
  }
  return { data, height, width, channels };
}

function alongRows(
  source: Uint8Array,
  height: number,
  from: number,
  to: number,
  channels: number,
  { first, count, values, stride }: Weights,
): Uint8Array {
  const data = new Uint8Array(height * to * channels);
  let target = 0;
  for (let row = 0; row < height; row++)
    for (let column = 0; column < to; column++) {
      const start = (row * from + first[column]!) * channels;
      for (let channel = 0; channel < channels; channel++) {
        let sum = half;
        for (let k = 0, at = start + channel; k < count[column]!; k++, at += channels)
          sum += source[at]! * values[column * stride + k]!;
        data[target++] = byte(sum);
      }
    }
  return data;
}

function alongColumns(
  source: Uint8Array,
  height: number,
  rowSize: number,
  { first, count, values, stride }: Weights,
): Uint8Array {
  const data = new Uint8Array(height * rowSize);
  const sums = new Float64Array(rowSize);
  for (let row = 0; row < height; row++) {
    sums.fill(half);
    for (let k = 0; k < count[row]!; k++) {
      const weight = values[row * stride + k]!;
      const start = (first[row]! + k) * rowSize;
      for (let i = 0; i < rowSize; i++) sums[i]! += source[start + i]! * weight;
    }
    for (let i = 0, target = row * rowSize; i < rowSize; i++) data[target++] = byte(sums[i]!);
  }
  return data;
}

function byte(sum: number): number {
  if (sum <= 0) return 0;
  return Math.min(255, Math.floor(sum / one));
}

function withAlpha({ data: source, ...size }: Pixels): Pixels {
  const data = new Uint8Array(source);
  for (let i = 0; i < data.length; i += 4)
    for (let k = i; k < i + 3; k++) {
      const product = data[k]! * data[i + 3]! + 128;
      data[k] = ((product >> 8) + product) >> 8;
    }
  return { data, ...size };
}

function withoutAlpha({ data, ...size }: Pixels): Pixels {
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3]!;
    if (alpha === 0 || alpha === 255) continue;
    for (let k = i; k < i + 3; k++) data[k] = Math.min(255, Math.trunc((255 * data[k]!) / alpha));
  }
  return { data, ...size };
}

import type { FloatPicture, Pixels, Size } from "./pixels.js";

export const tensorflowInterpolations = [
  "bilinear",
  "nearest",
  "bicubic",
  "area",
  "lanczos3",
  "lanczos5",
  "gaussian",
  "mitchellcubic",
] as const;
export type TensorflowInterpolation = (typeof tensorflowInterpolations)[number];

/** What the pixels of a row give to each new one: those from `first` on, with these weights. */
interface Taps {
  first: number;
  weights: number[];
}

/**
 * A picture in another size, as `tf.image.resize` in Python gives it, which smooths nothing where a picture shrinks; "area"
 * does. https://www.tensorflow.org/api_docs/python/tf/image/resize
 *
 * @param aspect whether to cut the middle out first, in the proportions of the new size, or to frame the picture in 0 for that
 */
export function tensorflowResize(
  picture: Pixels,
  size: Size,
  interpolation: TensorflowInterpolation,
  aspect: "stretch" | "crop" | "pad" = "stretch",
): FloatPicture {
  if (aspect === "pad") return resizedInFrame(picture, size, interpolation);
  const { height, width, channels } = picture;
  const isCut = aspect === "crop";
  const highest = isCut ? Math.min(height, Math.trunc((width * size[0]) / size[1])) : height;
  const widest = isCut ? Math.min(width, Math.trunc((height * size[1]) / size[0])) : width;
  const part: Size = [Math.max(1, highest), Math.max(1, widest)];
  const top = Math.trunc((height - part[0]) / 2);
  const left = Math.trunc((width - part[1]) / 2);
  const rows = Array.from({ length: size[0] }, (_, i) => taps[interpolation](i, part[0], size[0]));
  const columns = Array.from({ length: size[1] }, (_, i) => taps[interpolation](i, part[1], size[1]));
  const data = new Float32Array(size[0] * size[1] * channels);
  const line = new Float64Array(width * channels);
  let to = 0;
  for (const row of rows) {
    line.fill(0);
    row.weights.forEach((weight, k) => {
      const from = (top + row.first + k) * line.length;
      for (let i = 0; i < line.length; i++) line[i]! += weight * picture.data[from + i]!;
    });
    for (const { first, weights } of columns) {
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let k = 0, at = (left + first) * channels + channel; k < weights.length; k++, at += channels)
          sum += weights[k]! * line[at]!;
        data[to++] = sum;
      }
    }
  }
  return { data, height: size[0], width: size[1], channels };
}

/** The whole picture, as large as it has room, with 0 around it: `tf.image.resize_with_pad`. */
function resizedInFrame(
  picture: Pixels,
  [height, width]: Size,
  interpolation: TensorflowInterpolation,
): FloatPicture {
  const ratio = Math.max(Math.fround(picture.width / width), Math.fround(picture.height / height));
  const inner = [picture.height, picture.width].map((length) => Math.fround(length / ratio)) as [
    number,
    number,
  ];
  const size: Size = [Math.max(1, Math.floor(inner[0])), Math.max(1, Math.floor(inner[1]))];
  const top = Math.max(0, Math.floor((height - inner[0]) / 2));
  const left = Math.max(0, Math.floor((width - inner[1]) / 2));
  const resized = tensorflowResize(picture, size, interpolation);
  const { channels } = picture;
  const data = new Float32Array(height * width * channels);
  const rowSize = size[1] * channels;
  for (let row = 0; row < size[0]; row++)
    data.set(
      resized.data.subarray(row * rowSize, (row + 1) * rowSize),
      ((top + row) * width + left) * channels,
    );
  return { data, height, width, channels };
}

type TapsOf = (i: number, from: number, to: number) => Taps;

/** TensorFlow calculates places in single precision. */
const placeOf = (i: number, from: number, to: number): number =>
  Math.fround(Math.fround(i + 0.5) * Math.fround(from / to));

const taps: Record<TensorflowInterpolation, TapsOf> = {
  nearest: (i, from, to) => ({
    first: Math.min(from - 1, Math.floor(placeOf(i, from, to))),
    weights: [1],
  }),
  bilinear(i, from, to) {
    const place = Math.fround(placeOf(i, from, to) - 0.5);
    const low = Math.max(0, Math.floor(place));
    const high = Math.min(from - 1, Math.ceil(place));
    const share = place - Math.floor(place);
    return high > low ? { first: low, weights: [1 - share, share] } : { first: low, weights: [1] };
  },
  bicubic(i, from, to) {
    const center = placeOf(i, from, to) - 0.5;
    const near = Math.floor(center);
    // TensorFlow looks the weights up for 1024 places between two pixels.
    const place = near + Math.round((center - near) * 1024) / 1024;
    return normalized(near - 1, near + 2, from, (pixel) => keys(pixel - place));
  },
  area(i, from, to) {
    const [low, high] = [(i * from) / to, ((i + 1) * from) / to];
    return normalized(Math.floor(low), Math.ceil(high) - 1, from, (pixel) => {
      return Math.min(pixel + 1, high) - Math.max(pixel, low);
    });
  },
  lanczos3: around(3, lanczos(3)),
  lanczos5: around(5, lanczos(5)),
  gaussian: around(1.5, (x) => (x < 1.5 ? Math.exp(-(x * x) / (2 * 0.5 ** 2)) : 0)),
  mitchellcubic: around(2, (x) =>
    x < 1 ? ((7 / 6) * x - 2) * x * x + 8 / 9 : x < 2 ? (((-7 / 18) * x + 2) * x - 10 / 3) * x + 16 / 9 : 0,
  ),
};

/** The pixels within a filter's radius. */
function around(radius: number, filter: (distance: number) => number): TapsOf {
  return (i, from, to) => {
    const place = ((i + 0.5) * from) / to;
    const first = Math.ceil(place - radius - 0.5);
    const last = Math.floor(place + radius - 0.5);
    return normalized(first, last, from, (pixel) => filter(Math.abs(pixel + 0.5 - place)));
  };
}

/** Weights that sum up to 1; what lies beyond the edge counts for nothing. */
function normalized(first: number, last: number, length: number, weightOf: (pixel: number) => number): Taps {
  const low = Math.min(Math.max(0, first), length - 1);
  const high = Math.max(Math.min(length - 1, last), low);
  const weights = Array.from({ length: high - low + 1 }, (_, k) => weightOf(low + k));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return { first: low, weights: weights.map((weight) => weight / sum) };
}

function lanczos(radius: number): (x: number) => number {
  const sinc = (x: number): number => Math.sin(Math.PI * x) / (Math.PI * x);
  return (x) => (x > radius ? 0 : x <= 1e-3 ? 1 : sinc(x) * sinc(x / radius));
}

/** Keys's filter for cubic convolution. */
function keys(distance: number): number {
  const x = Math.abs(distance);
  if (x <= 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

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

type TapsOf = (i: number, from: number, to: number) => Taps;

/** TensorFlow calculates places in single precision. */
const placeOf = (i: number, from: number, to: number): number =>
  Math.fround(Math.fround(i + 0.5) * Math.fround(from / to));

/** What makes the i-th of `to` pixels out of `from`, as `tf.image.resize` in Python has it. */
export const resizeTaps: Record<TensorflowInterpolation, TapsOf> = {
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

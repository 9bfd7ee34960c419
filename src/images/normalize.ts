/** How each picture's numbers are changed once it is turned and shifted, in this order. */
export interface Normalization {
  /** All numbers are multiplied by it. */
  rescale: number | null;
  /** Whether to subtract the picture's own mean. */
  samplewiseCenter: boolean;
  /** Whether to divide by the picture's own standard deviation. */
  samplewiseStdNormalization: boolean;
  /** The mean of each channel, to subtract. */
  mean: readonly number[] | null;
  /** The standard deviation of each channel, to divide by. */
  std: readonly number[] | null;
}

/** Is added to what pictures are divided by. */
export const epsilon = 1e-6;

export const changesNothing = (settings: Normalization): boolean =>
  !settings.rescale &&
  !settings.samplewiseCenter &&
  !settings.samplewiseStdNormalization &&
  !settings.mean &&
  !settings.std;

/**
 * Changes a picture in place.
 *
 * @param data its channels come last
 */
export function normalize(data: Float32Array, settings: Normalization): void {
  const { rescale, samplewiseCenter, samplewiseStdNormalization, mean, std } = settings;
  if (rescale) multiply(data, Math.fround(rescale));
  if (samplewiseCenter) {
    const center = meanOf(data);
    for (let i = 0; i < data.length; i++) data[i]! -= center;
  }
  if (samplewiseStdNormalization) {
    const divisor = Math.fround(deviationOf(data) + epsilon);
    for (let i = 0; i < data.length; i++) data[i]! /= divisor;
  }
  const channels = mean?.length ?? std?.length ?? 1;
  if (mean)
    for (let i = 0, c = 0; i < data.length; i++, c = c + 1 === channels ? 0 : c + 1) data[i]! -= mean[c]!;
  if (!std) return;
  const divisors = std.map((each) => Math.fround(each + epsilon));
  for (let i = 0, c = 0; i < data.length; i++, c = c + 1 === channels ? 0 : c + 1) data[i]! /= divisors[c]!;
}

function multiply(data: Float32Array, factor: number): void {
  for (let i = 0; i < data.length; i++) data[i]! *= factor;
}

function meanOf(data: Float32Array): number {
  let sum = 0;
  for (const number of data) sum += number;
  return Math.fround(sum / data.length);
}

function deviationOf(data: Float32Array): number {
  const mean = meanOf(data);
  let sum = 0;
  for (const number of data) sum += (number - mean) ** 2;
  return Math.sqrt(sum / data.length);
}

import type { NumpyRandom } from "../arrays/numpy-random.js";
import type { TransformParameters } from "./transform.js";

/** How far something is shifted: a share of the size, or whole pixels, or a list of either to choose from. */
export type ShiftRange = number | readonly number[];

export interface RandomRanges {
  rotationRange: number;
  widthShiftRange: ShiftRange;
  heightShiftRange: ShiftRange;
  shearRange: number;
  zoomRange: readonly [number, number];
  channelShiftRange: number;
  brightnessRange: readonly [number, number] | null;
  horizontalFlip: boolean;
  verticalFlip: boolean;
}

/** All that is drawn for one picture. */
export type DrawnParameters = Required<TransformParameters>;

/**
 * Draws what is done to a picture, in Keras's order. Whether it is flipped is drawn even where pictures are never flipped, so
 * that the same seed gives Keras's numbers.
 */
export function drawTransform(
  random: NumpyRandom,
  ranges: RandomRanges,
  [height, width]: readonly [number, number],
): DrawnParameters {
  const within = (range: number): number => (range ? random.uniform(-range, range) : 0);
  const theta = within(ranges.rotationRange);
  const tx = drawShift(random, ranges.heightShiftRange, height);
  const ty = drawShift(random, ranges.widthShiftRange, width);
  const shear = within(ranges.shearRange);
  const [low, high] = ranges.zoomRange;
  const isZoomed = low !== 1 || high !== 1;
  const zx = isZoomed ? random.uniform(low, high) : 1;
  const zy = isZoomed ? random.uniform(low, high) : 1;
  const flipHorizontal = random.random() < 0.5 && ranges.horizontalFlip;
  const flipVertical = random.random() < 0.5 && ranges.verticalFlip;
  const channelShiftIntensity = ranges.channelShiftRange ? within(ranges.channelShiftRange) : null;
  const brightness = ranges.brightnessRange && random.uniform(...ranges.brightnessRange);
  return { theta, tx, ty, shear, zx, zy, flipHorizontal, flipVertical, channelShiftIntensity, brightness };
}

/** A whole number n stands for 0 to n-1 pixels, and a list for one of its numbers, either way; a fraction for all up to it. */
function drawShift(random: NumpyRandom, range: ShiftRange, size: number): number {
  if (range === 0 || (typeof range !== "number" && range.length === 0)) return 0;
  const isChoice = typeof range !== "number" || (Number.isInteger(range) && range > 0);
  const most = typeof range === "number" ? range : Math.max(...range);
  const chosen = (): number =>
    (typeof range === "number" ? random.choice(range) : random.choice(range)) * random.choice([-1, 1]);
  const shift = isChoice ? chosen() : random.uniform(-range, range);
  return most < 1 ? shift * size : shift;
}

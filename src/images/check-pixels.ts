/** More pixels than those of a picture of 13,377 x 13,377 are refused: Pillow's limit. */
export const defaultMaxPixels = 178_956_970;

/** @throws Error if there are none, or more than allowed */
export function checkPixels(width: number, height: number, maxPixels: number): void {
  if (!(width > 0) || !(height > 0)) throw new Error(`its size is said to be ${width}x${height}`);
  if (width * height > maxPixels)
    throw new Error(`it has ${width}x${height} pixels, but maxPixels allows ${maxPixels}`);
}

/** A picture of bytes, row by row, `channels` numbers for each pixel. */
export interface Pixels {
  data: Uint8Array;
  height: number;
  width: number;
  channels: number;
}

/** A picture of floating-point numbers, `[height, width, channels]`. */
export interface FloatPicture {
  data: Float32Array;
  height: number;
  width: number;
  channels: number;
}

/** A picture of either kind, to be read. */
export type AnyPicture = Readonly<Omit<FloatPicture, "data"> & { data: Float32Array | Uint8Array }>;

export const colorModes = ["grayscale", "rgb", "rgba"] as const;
export type ColorMode = (typeof colorModes)[number];
export type Size = readonly [height: number, width: number];

export const channelsOf = (mode: ColorMode): 1 | 3 | 4 =>
  (({ grayscale: 1, rgb: 3, rgba: 4 }) as const)[mode];

/** @throws RangeError for any other value */
export function checkChoice<Choice extends string>(
  name: string,
  value: Choice,
  choices: readonly Choice[],
): Choice {
  if (choices.includes(value)) return value;
  const known = choices.map((choice) => JSON.stringify(choice)).join(", ");
  throw new RangeError(`${name} is ${JSON.stringify(value)}. Expected one of ${known}.`);
}

/** @throws RangeError unless it is two whole numbers from 1 up */
export function checkSize(name: string, size: unknown): [height: number, width: number] {
  const isSize = Array.isArray(size) && size.length === 2 && size.every((n) => Number.isInteger(n) && n > 0);
  if (isSize) return [size[0] as number, size[1] as number];
  throw new RangeError(
    `${name} is ${JSON.stringify(size)}. Expected [height, width], two whole numbers from 1 up.`,
  );
}

/** The picture in another color mode, as Pillow converts: transparency is dropped, gray is 0.299 R + 0.587 G + 0.114 B. */
export function inColorMode(picture: Pixels, mode: ColorMode): Pixels {
  const { data, height, width, channels } = picture;
  const wanted = channelsOf(mode);
  if (channels === wanted) return picture;
  const size = height * width;
  const result = new Uint8Array(size * wanted);
  const isGray = channels < 3;
  const hasAlpha = channels === 2 || channels === 4;
  for (let i = 0, from = 0, to = 0; i < size; i++, from += channels, to += wanted) {
    const red = data[from]!;
    const green = isGray ? red : data[from + 1]!;
    const blue = isGray ? red : data[from + 2]!;
    if (wanted === 1) {
      result[to] = (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16;
      continue;
    }
    result[to] = red;
    result[to + 1] = green;
    result[to + 2] = blue;
    if (wanted === 4) result[to + 3] = hasAlpha ? data[from + channels - 1]! : 255;
  }
  return { data: result, height, width, channels: wanted };
}

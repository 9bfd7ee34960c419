import { checkPixels } from "./check-pixels.js";
import type { Pixels } from "./pixels.js";

/**
 * A picture of the kinds P1 to P6 (PBM, PGM, PPM), with up to 8 bits for each color.
 *
 * @throws Error for what is cut off, and for colors of 16 bits
 */
export function decodePortableMap(bytes: Uint8Array, maxPixels: number): Pixels {
  const kind = bytes[1]! - 48;
  const isBits = kind === 1 || kind === 4;
  const channels = kind === 3 || kind === 6 ? 3 : 1;
  let position = 2;
  const next = (): number => {
    for (; position < bytes.length; position++) {
      const isComment = bytes[position] === 35;
      if (isComment) while (position < bytes.length && bytes[position] !== 10) position++;
      else if (isDigit(bytes[position])) break;
    }
    if (position >= bytes.length) throw new Error("the PNM file is cut off");
    let number = 0;
    while (isDigit(bytes[position])) number = number * 10 + bytes[position++]! - 48;
    return number;
  };
  const width = next();
  const height = next();
  checkPixels(width, height, maxPixels);
  const most = isBits ? 1 : next();
  if (!(most >= 1 && most <= 255))
    throw new Error(`a PNM whose largest color is ${most} is not supported: save it as PNG`);
  // One white space ends the header.
  position++;
  const count = width * height * channels;
  const rowSize = kind === 4 ? Math.ceil(width / 8) : width * channels;
  // Numbers written as text take a digit each at least.
  if (bytes.length - position < (kind > 3 ? rowSize * height : count))
    throw new Error("the PNM file is cut off");

  const bitAt = (i: number): number => {
    const column = i % width;
    return (bytes[position + Math.floor(i / width) * rowSize + (column >> 3)]! >> (7 - (column & 7))) & 1;
  };
  const nextBit = (): number => {
    while (position < bytes.length && !isDigit(bytes[position])) position++;
    return bytes[position++]! - 48;
  };
  const valueAt = (i: number): number => {
    if (kind === 4) return bitAt(i);
    if (kind > 3) return bytes[position + i]!;
    return isBits ? nextBit() : next();
  };
  const data = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const value = valueAt(i);
    // In files of bits, 1 is black.
    data[i] = isBits ? (1 - value) * 255 : most === 255 ? value : Math.round((value * 255) / most);
  }
  return { data, height, width, channels };
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57;

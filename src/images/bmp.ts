import { checkPixels } from "./check-pixels.js";
import type { Pixels } from "./pixels.js";

const uncompressed = 0;
const bitFields = 3;

/**
 * A BMP picture without compression: 1, 4 or 8 bits with a palette, 24 bits, or 32 bits, whose fourth byte is not used.
 *
 * @throws Error for other kinds, and for a file that is cut off
 */
export function decodeBmp(bytes: Uint8Array, maxPixels: number): Pixels {
  if (bytes.length < 54) throw new Error("the BMP file is cut off");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = view.getUint32(10, true);
  const headerSize = view.getUint32(14, true);
  const width = view.getInt32(18, true);
  const signedHeight = view.getInt32(22, true);
  const height = Math.abs(signedHeight);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  checkPixels(width, height, maxPixels);
  const isPlain = compression === uncompressed || (compression === bitFields && bits === 32);
  if (headerSize < 40 || !isPlain || ![1, 4, 8, 24, 32].includes(bits))
    throw new Error(`a BMP of ${bits} bits with compression ${compression} is not supported: save it as PNG`);
  const rowSize = Math.ceil((width * bits) / 32) * 4;
  if (start + rowSize * height > bytes.length) throw new Error("the BMP file is cut off");

  const palette = 14 + headerSize;
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    // Rows go from the bottom up, unless the height is negative.
    const from = start + (signedHeight < 0 ? row : height - 1 - row) * rowSize;
    for (let column = 0, to = row * width * 3; column < width; column++, to += 3) {
      const color = bits > 8 ? from + (column * bits) / 8 : palette + 4 * indexAt(bytes, from, column, bits);
      if (color + 2 >= bytes.length) throw new Error("the BMP file has a color outside of its palette");
      data[to] = bytes[color + 2]!;
      data[to + 1] = bytes[color + 1]!;
      data[to + 2] = bytes[color]!;
    }
  }
  return { data, height, width, channels: 3 };
}

/** The number of a color, of which a byte holds one, two or eight. */
function indexAt(bytes: Uint8Array, row: number, column: number, bits: number): number {
  const bit = column * bits;
  return (bytes[row + (bit >> 3)]! >> (8 - bits - (bit & 7))) & ((1 << bits) - 1);
}

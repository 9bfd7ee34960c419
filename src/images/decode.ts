import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import type Sharp from "sharp";
import { decodeBmp } from "./bmp.js";
import { defaultMaxPixels } from "./check-pixels.js";
import { inColorMode, type ColorMode, type Pixels } from "./pixels.js";
import { decodePortableMap } from "./portable-map.js";

/** Loaded with the first picture: not all who train have pictures. */
let loaded: typeof Sharp | undefined;

export function sharp(): typeof Sharp {
  if (loaded) return loaded;
  loaded = createRequire(import.meta.url)("sharp") as typeof Sharp;
  // Threads are those that read pictures; each of a folder's pictures is read once.
  loaded.cache(false);
  loaded.concurrency(1);
  return loaded;
}

export interface DecodeOptions {
  /** What a pixel has: 1, 3 or 4 numbers. Default `"rgb"`. */
  colorMode?: ColorMode;
  /** Whether a photo is turned as its camera was held. Keras does not. Default false. */
  exifRotation?: boolean;
  /** Pictures with more pixels are refused, whatever the size of their file. Default 178,956,970. */
  maxPixels?: number;
}

/** What a file is, by its first bytes; the ending of its name may lie. */
export function formatOf(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 12)).toString("latin1");
  if (text.startsWith("\xff\xd8\xff")) return "jpeg";
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "png";
  if (/^GIF8[79]a/.test(text)) return "gif";
  if (/^RIFF[^]{4}WEBP/.test(text)) return "webp";
  if (/^(II\*\0|MM\0\*)/.test(text)) return "tiff";
  if (text.startsWith("BM")) return "bmp";
  if (/^P[1-6]\s/.test(text)) return "pnm";
  return undefined;
}

/**
 * The first picture in the bytes of a JPEG, PNG, GIF, WebP, TIFF, BMP or PNM file; what is broken or cut off is refused.
 *
 * @throws Error that says what is wrong with it
 */
export async function decodeBytes(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Pixels> {
  const { colorMode = "rgb", exifRotation = false, maxPixels = defaultMaxPixels } = options;
  const format = formatOf(bytes);
  if (bytes.length === 0) throw new Error("the file is empty");
  if (!format) throw new Error("this is no JPEG, PNG, GIF, WebP, TIFF, BMP or PNM");
  if (format === "bmp") return inColorMode(decodeBmp(bytes, maxPixels), colorMode);
  if (format === "pnm") return inColorMode(decodePortableMap(bytes, maxPixels), colorMode);
  // A profile would change the numbers, which neither Pillow nor TensorFlow do.
  const image = sharp()(bytes, { ignoreIcc: true, failOn: "error", limitInputPixels: maxPixels });
  const turned = exifRotation ? image.autoOrient() : image;
  const { data, info } = await turned.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
  return inColorMode({ data, height: info.height, width: info.width, channels: info.channels }, colorMode);
}

/** @throws Error with the path */
export async function decodeFile(path: string, options: DecodeOptions = {}): Promise<Pixels> {
  try {
    return await decodeBytes(await readFile(path), options);
  } catch (error) {
    const reason = (error as Error).message.replaceAll("\n", " ").trim();
    throw new Error(`The picture ${path} cannot be read: ${reason}.`, { cause: error });
  }
}

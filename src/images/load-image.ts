import { fileURLToPath } from "node:url";
import { NdArray } from "../arrays/ndarray.js";
import { decodeBytes, decodeFile, type DecodeOptions } from "./decode.js";
import { pillowInterpolations, pillowResize, type PillowInterpolation } from "./pillow-resize.js";
import { checkChoice, checkSize, colorModes } from "./pixels.js";

export interface LoadImageOptions extends DecodeOptions {
  /** The size to bring it to, `[height, width]`; without it, it keeps its own. */
  targetSize?: readonly [height: number, width: number] | null;
  /** Pillow's filter for that. Default `"nearest"`. */
  interpolation?: PillowInterpolation;
  /** Whether to cut the middle out first, in the proportions of the new size. Default false. */
  keepAspectRatio?: boolean;
}

/**
 * A picture's bytes, `[height, width, channels]` of 0 to 255: JPEG, PNG, GIF (its first picture), WebP, TIFF, BMP or PNM. With the
 * same numbers as Keras's `load_img` and `img_to_array`: https://keras.io/api/data_loading/image/
 *
 * @param image a path, a `file:` address, or the bytes of the file
 * @throws Error if it is no such picture, is broken or cut off, or has more pixels than `maxPixels`
 *
 * @example
 * const cat = await loadImage("cat.jpg", { targetSize: [224, 224], interpolation: "bilinear" });
 * showImage(cat);
 * model.predict(cat.toTensor("float32").expandDims(0));
 */
export async function loadImage(
  image: string | URL | Uint8Array,
  options: LoadImageOptions = {},
): Promise<NdArray<Uint8Array>> {
  const { targetSize, interpolation = "nearest", keepAspectRatio = false, ...decoding } = options;
  checkChoice("interpolation", interpolation, pillowInterpolations);
  checkChoice("colorMode", decoding.colorMode ?? "rgb", colorModes);
  const size = targetSize && checkSize("targetSize", targetSize);
  const picture =
    image instanceof Uint8Array
      ? await decodeBytes(image, decoding).catch(refuse)
      : await decodeFile(image instanceof URL ? fileURLToPath(image) : image, decoding);
  const { data, height, width, channels } = size
    ? pillowResize(picture, size, interpolation, keepAspectRatio)
    : picture;
  return new NdArray(data, [height, width, channels]);
}

function refuse(error: Error): never {
  throw new Error(`These bytes cannot be read as a picture: ${error.message.trim()}.`, { cause: error });
}

import type { TensorflowInterpolation } from "../arrays/resize-taps.js";
import { decodeBytes, decodeFile, type DecodeOptions } from "./decode.js";
import { changesNothing, normalize, type Normalization } from "./normalize.js";
import { pillowResize, type PillowInterpolation } from "./pillow-resize.js";
import type { AnyPicture, FloatPicture, Size } from "./pixels.js";
import { tensorflowResize } from "./tensorflow-resize.js";
import { transformed, type TransformOptions, type TransformParameters } from "./transform.js";

export type DataFormat = "channelsLast" | "channelsFirst";

/** How pictures of a folder come to one size. */
export type Resizing =
  | { by: "pillow"; interpolation: PillowInterpolation; keepAspectRatio: boolean }
  | { by: "tensorflow"; interpolation: TensorflowInterpolation; aspect: "stretch" | "crop" | "pad" };

/** What is the same for all pictures of an iteration. It goes to other threads, so it holds no functions. */
export interface PictureSettings {
  size: Size;
  channels: number;
  dataFormat: DataFormat;
  decode: DecodeOptions;
  resize: Resizing;
  transform: TransformOptions;
  normalization: Normalization | null;
}

/** A picture's file, or its numbers. */
export type PictureSource =
  { path: string } | { bytes: Uint8Array; name: string } | { numbers: Float32Array | Uint8Array };

/** What is done to one picture; without parameters it is not changed, only normalized. */
export interface PictureJob {
  source: PictureSource;
  parameters: TransformParameters | null;
}

/**
 * Makes one picture, and writes it to `target`, in the layout of `settings.dataFormat`.
 *
 * @throws Error that names the file, if it cannot be read
 */
export async function makePicture(
  { source, parameters }: PictureJob,
  settings: PictureSettings,
  target: Float32Array,
): Promise<void> {
  finishPicture(await readPicture(source, settings), parameters, settings, target);
}

/** The picture, in its size. */
export async function readPicture(source: PictureSource, settings: PictureSettings): Promise<AnyPicture> {
  const { size, channels, dataFormat, resize } = settings;
  const [height, width] = size;
  if ("numbers" in source) {
    const picture = { data: source.numbers, height, width, channels };
    if (dataFormat === "channelsLast") return picture;
    return { ...picture, data: channelsToEnd({ ...picture, data: new Float32Array(source.numbers) }) };
  }
  const pixels =
    "path" in source
      ? await decodeFile(source.path, settings.decode)
      : await decodeBytes(source.bytes, settings.decode);
  if (resize.by === "tensorflow") return tensorflowResize(pixels, size, resize.interpolation, resize.aspect);
  return pillowResize(pixels, size, resize.interpolation, resize.keepAspectRatio);
}

/** Turns, shifts and normalizes the picture, and writes it down. */
export function finishPicture(
  picture: AnyPicture,
  parameters: TransformParameters | null,
  { transform, normalization, dataFormat }: PictureSettings,
  target: Float32Array,
): void {
  const result = parameters
    ? transformed(picture, parameters, transform)
    : { ...picture, data: new Float32Array(picture.data) };
  if (normalization && !changesNothing(normalization)) normalize(result.data, normalization);
  target.set(dataFormat === "channelsFirst" ? channelsToStart(result) : result.data);
}

/** `[channels, height, width]` as `[height, width, channels]`. */
export function channelsToEnd({ data: source, height, width, channels }: FloatPicture): Float32Array {
  if (channels === 1) return source;
  const data = new Float32Array(source.length);
  const size = height * width;
  for (let i = 0, to = 0; i < size; i++)
    for (let channel = 0; channel < channels; channel++) data[to++] = source[channel * size + i]!;
  return data;
}

/** `[height, width, channels]` as `[channels, height, width]`. */
export function channelsToStart({ data: source, height, width, channels }: FloatPicture): Float32Array {
  if (channels === 1) return source;
  const data = new Float32Array(source.length);
  const size = height * width;
  for (let i = 0, from = 0; i < size; i++)
    for (let channel = 0; channel < channels; channel++) data[channel * size + i] = source[from++]!;
  return data;
}

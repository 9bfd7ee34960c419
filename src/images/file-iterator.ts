import path from "node:path";
import type { PictureGenerator } from "./picture-maker.js";
import { ImageIterator, type IterationOptions } from "./image-iterator.js";
import type { PictureSource } from "./make-picture.js";
import { pillowInterpolations, type PillowInterpolation } from "./pillow-resize.js";
import { channelsOf, checkChoice, checkSize, colorModes, type ColorMode } from "./pixels.js";
import type { Subset } from "./subset.js";

export interface FileOptions extends IterationOptions {
  /** The size of all pictures, `[height, width]`. Default [256, 256]. */
  targetSize?: readonly [height: number, width: number];
  /** Default `"rgb"`. */
  colorMode?: ColorMode;
  /** Pillow's filter for pictures of another size. Default `"nearest"`. */
  interpolation?: PillowInterpolation;
  /** Whether to cut the middle out first, in the proportions of the new size. Default false. */
  keepAspectRatio?: boolean;
  /** The part that `validationSplit` makes: the first pictures are for validation, and are not changed at random. */
  subset?: Subset;
  /** Whether photos are turned as their camera was held. Keras does not. Default false. */
  exifRotation?: boolean;
  /** Pictures with more pixels are refused. Default 178,956,970. */
  maxPixels?: number;
}

/** Batches of pictures that are files. */
export abstract class FileIterator extends ImageIterator {
  readonly targetSize: [height: number, width: number];
  readonly colorMode: ColorMode;

  /** @param filenames relative to the folder */
  constructor(
    generator: PictureGenerator,
    readonly directory: string,
    readonly filenames: string[],
    options: FileOptions,
    subset: Subset,
  ) {
    const { targetSize = [256, 256], colorMode = "rgb", interpolation = "nearest" } = options;
    const { keepAspectRatio = false, exifRotation = false, maxPixels } = options;
    const size = checkSize("targetSize", targetSize);
    checkChoice("colorMode", colorMode, colorModes);
    checkChoice("interpolation", interpolation, pillowInterpolations);
    const maker = generator.makerFor(
      {
        size,
        channels: channelsOf(colorMode),
        decode: { colorMode, exifRotation, ...(maxPixels !== undefined && { maxPixels }) },
        resize: { by: "pillow", interpolation, keepAspectRatio },
      },
      subset === "validation",
    );
    super(filenames.length, maker, options, 1e7);
    this.targetSize = size;
    this.colorMode = colorMode;
  }

  /** Where the pictures are. */
  get filepaths(): string[] {
    return this.filenames.map((name) => path.join(this.directory, name));
  }

  protected override sourceOf(index: number): PictureSource {
    return { path: path.join(this.directory, this.filenames[index]!) };
  }
}

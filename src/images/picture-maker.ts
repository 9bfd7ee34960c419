import type { Tensor } from "@tensorflow/tfjs-node";
import type { NumpyRandom } from "../arrays/numpy-random.js";
import type { GeneratorSettings } from "./generator-options.js";
import type { PictureSettings } from "./make-picture.js";
import type { DrawnParameters } from "./random-transform.js";

/** What makes pictures of what an iteration reads. */
export interface PictureMaker {
  settings: PictureSettings;
  /** Draws what is done to one picture; undefined where nothing is. */
  draw: ((random: NumpyRandom) => DrawnParameters | null) | undefined;
  /** What is left to do, picture by picture, on this thread. */
  finish: ((picture: Float32Array) => void) | undefined;
  /** What is left to do with a batch, such as whitening. */
  whiten: ((batch: Tensor) => Tensor) | undefined;
}

/** What iterations know of an `ImageDataGenerator`. */
export interface PictureGenerator {
  readonly settings: Readonly<GeneratorSettings>;
  /** @param isValidation whether pictures are left as they are, but for their normalization */
  makerFor(
    own: Pick<PictureSettings, "size" | "channels" | "decode" | "resize">,
    isValidation: boolean,
  ): PictureMaker;
}

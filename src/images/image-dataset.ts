import path from "node:path";
import fs from "node:fs";
import type { Tensor } from "@tensorflow/tfjs-node";
import { NumpyRandom } from "../arrays/numpy-random.js";
import { tf } from "../tfjs/native.js";
import { tensorflowInterpolations, type TensorflowInterpolation } from "../arrays/resize-taps.js";
import { ImageIterator, type ImageBatch, type IterationOptions } from "./image-iterator.js";
import { foldersIn, inOrder, picturesIn } from "./list-pictures.js";
import type { DataFormat, PictureSource } from "./make-picture.js";
import { channelsOf, checkChoice, checkSize, colorModes, type ColorMode } from "./pixels.js";

/** Keras's arguments: https://keras.io/api/data_loading/image/ */
export interface ImageDatasetOptions extends Pick<
  IterationOptions,
  "batchSize" | "shuffle" | "seed" | "threads" | "prefetch" | "brokenPictures"
> {
  /** `"inferred"`: the folder that a picture is in is its class; a number for each picture, sorted by path; or null. */
  labels?: "inferred" | readonly number[] | null;
  /** Targets: int32 `[n]`, one-hot rows, 0 or 1 in `[n, 1]`, or none. Default `"int"`. */
  labelMode?: "int" | "categorical" | "binary" | null;
  /** The folders that are classes, in this order. Default: all whose names do not begin with a dot, sorted. */
  classNames?: readonly string[] | null;
  /** Default `"rgb"`. */
  colorMode?: ColorMode;
  /** The size of all pictures: `[height, width]`, or one number for both. Default [256, 256]. */
  imageSize?: number | readonly [height: number, width: number];
  /** The share of the pictures that is for validation; needs `subset`, and a `seed` where pictures are shuffled. */
  validationSplit?: number | null;
  /** `"both"` gives `[training, validation]`. */
  subset?: "training" | "validation" | "both" | null;
  /** Default `"bilinear"`. */
  interpolation?: TensorflowInterpolation;
  /** Whether linked folders count. Default false. */
  followLinks?: boolean;
  /** Whether to cut the middle out first, in the proportions of the new size. */
  cropToAspectRatio?: boolean;
  /** Whether to frame pictures in black first, to the proportions of the new size. */
  padToAspectRatio?: boolean;
  /** Default `"channelsLast"`. */
  dataFormat?: DataFormat;
  /** Whether photos are turned as their camera was held. Keras does not. Default false. */
  exifRotation?: boolean;
  /** Whether to say how many pictures were found. Default true. */
  verbose?: boolean;
}

interface Found {
  paths: string[];
  labels: number[] | undefined;
}

/** Batches of a folder's pictures, 0 to 255, with their classes. `for await` goes over them once. */
export class ImageFolderDataset extends ImageIterator {
  readonly filePaths: string[];
  readonly #labels: number[] | undefined;
  readonly #labelMode: ImageDatasetOptions["labelMode"];

  constructor(
    found: Found,
    override readonly classNames: string[] | undefined,
    options: ImageDatasetOptions,
  ) {
    const { colorMode = "rgb", imageSize = [256, 256], interpolation = "bilinear" } = options;
    const { dataFormat = "channelsLast", exifRotation = false, labelMode = "int" } = options;
    const size = checkSize("imageSize", typeof imageSize === "number" ? [imageSize, imageSize] : imageSize);
    checkChoice("colorMode", colorMode, colorModes);
    checkChoice("interpolation", interpolation, tensorflowInterpolations);
    checkChoice("dataFormat", dataFormat, ["channelsLast", "channelsFirst"]);
    const aspect = options.cropToAspectRatio ? "crop" : options.padToAspectRatio ? "pad" : "stretch";
    const settings = {
      size,
      channels: channelsOf(colorMode),
      dataFormat,
      decode: { colorMode, exifRotation },
      resize: { by: "tensorflow", interpolation, aspect } as const,
      transform: { fillMode: "nearest", cval: 0, interpolationOrder: 1, kerasCompatible: false } as const,
      normalization: null,
    };
    const maker = { settings, draw: undefined, finish: undefined, whiten: undefined };
    super(found.paths.length, maker, options, 1);
    this.filePaths = found.paths;
    this.#labels = found.labels;
    this.#labelMode = labelMode;
  }

  /** All batches, once. */
  override [Symbol.asyncIterator](): AsyncIterator<ImageBatch, undefined> {
    const epoch = this.iterator();
    return {
      next: async () => (await epoch).next(),
      return: async () => (await epoch).return(),
    };
  }

  protected override sourceOf(index: number): PictureSource {
    return { path: this.filePaths[index]! };
  }

  protected override targetsOf(indices: Int32Array): { y: Tensor } | undefined {
    if (!this.#labels) return undefined;
    const chosen = Array.from(indices, (index) => this.#labels![index]!);
    if (this.#labelMode === "int") return { y: tf.tensor1d(chosen, "int32") };
    if (this.#labelMode === "binary") return { y: tf.tensor2d(chosen, [chosen.length, 1], "float32") };
    const count = this.classNames!.length;
    const rows = new Float32Array(chosen.length * count);
    chosen.forEach((label, row) => (rows[row * count + label] = 1));
    return { y: tf.tensor2d(rows, [chosen.length, count]) };
  }
}

/**
 * A data set of the pictures in a folder that has a folder for each class: Keras's `image_dataset_from_directory`, with its files,
 * its order and its split for the same seed. Each epoch has another order, as there; which one, is not TensorFlow's. The numbers of
 * JPEGs are Pillow's, from which TensorFlow's differ by up to 3 of 255.
 *
 * @returns a data set for `fit`, `evaluate`, `predict` and `for await`; with `subset: "both"` two of them
 * @throws Error if there are no pictures, RangeError or TypeError for arguments that cannot be
 *
 * @example
 * const options = { imageSize: [160, 160], validationSplit: 0.2, subset: "both", seed: 1 } as const;
 * const [train, validation] = imageDatasetFromDirectory("photos", options);
 * await model.fit(train, { epochs: 5, validationData: validation });
 */
export function imageDatasetFromDirectory(
  directory: string,
  options: ImageDatasetOptions & { subset: "both" },
): [training: ImageFolderDataset, validation: ImageFolderDataset];
export function imageDatasetFromDirectory(
  directory: string,
  options?: ImageDatasetOptions & { subset?: "training" | "validation" | null },
): ImageFolderDataset;
export function imageDatasetFromDirectory(
  directory: string,
  options: ImageDatasetOptions = {},
): ImageFolderDataset | [ImageFolderDataset, ImageFolderDataset] {
  const { validationSplit: split, subset, labelMode = "int", verbose = true } = options;
  checkArguments(options);
  const seed = options.seed ?? new NumpyRandom().randint(1e6);
  const { found, classNames } = indexed(directory, options, seed);
  if (labelMode === "binary" && found.labels && classNames?.length !== 2)
    throw new RangeError(`labelMode "binary" is for 2 classes, but there are ${classNames?.length}.`);
  const belonging = found.labels ? ` belonging to ${classNames!.length} classes` : "";
  if (verbose) console.log(`Found ${found.paths.length} files${belonging}.`);
  const dataset = (part: Found, shuffle = options.shuffle): ImageFolderDataset => {
    if (part.paths.length > 0)
      return new ImageFolderDataset(part, classNames, { ...options, seed, shuffle: shuffle ?? true });
    throw new Error(
      `No pictures (${endings.join(", ")}) are in ${path.resolve(directory)}${subset ? ` for ${subset}` : ""}.`,
    );
  };
  if (!split) return dataset(found);
  const count = Math.trunc(split * found.paths.length);
  const border = found.paths.length - count;
  const training = { paths: found.paths.slice(0, border), labels: found.labels?.slice(0, border) };
  const validation = { paths: found.paths.slice(border), labels: found.labels?.slice(border) };
  if (verbose && subset !== "validation") console.log(`Using ${border} files for training.`);
  if (verbose && subset !== "training") console.log(`Using ${count} files for validation.`);
  if (subset === "both") return [dataset(training), dataset(validation, false)];
  return dataset(subset === "training" ? training : validation);
}

const endings = [".bmp", ".gif", ".jpeg", ".jpg", ".png"];

/** The files and their classes, in Keras's order. */
function indexed(
  directory: string,
  {
    labels = "inferred",
    labelMode = "int",
    classNames,
    followLinks = false,
    shuffle = true,
  }: ImageDatasetOptions,
  seed: number,
): { found: Found; classNames: string[] | undefined } {
  if (!fs.statSync(directory, { throwIfNoEntry: false })?.isDirectory())
    throw new Error(`There is no folder ${directory} (${path.resolve(directory)}).`);
  const isInferred = labels === "inferred" && labelMode !== null;
  const folders = labels === "inferred" ? classFolders(directory, classNames) : [""];
  const files = folders.map((folder) => picturesIn(path.join(directory, folder), endings, followLinks));
  const paths = files.flatMap((names, i) => names.map((name) => path.join(directory, folders[i]!, name)));
  let numbers: number[] | undefined;
  if (isInferred) numbers = files.flatMap((names, i) => names.map(() => i));
  if (Array.isArray(labels) && labelMode !== null) {
    numbers = [...(labels as readonly number[])];
    if (numbers.length !== paths.length)
      throw new RangeError(
        `There are ${numbers.length} labels for ${paths.length} pictures in ${directory}.`,
      );
  }
  const names = Array.isArray(labels)
    ? [...new Set(labels as readonly number[])].toSorted((a, b) => a - b).map(String)
    : labels === null
      ? undefined
      : folders;
  if (shuffle) {
    new NumpyRandom(seed).shuffle(paths);
    if (numbers) new NumpyRandom(seed).shuffle(numbers);
  }
  return { found: { paths, labels: numbers }, classNames: names };
}

function classFolders(directory: string, classNames: readonly string[] | null | undefined): string[] {
  const there = foldersIn(directory).filter((name) => !name.startsWith("."));
  if (!classNames) return there;
  const missing = classNames.find((name) => !there.includes(name));
  if (missing === undefined) return [...classNames];
  throw new RangeError(`There is no folder for the class ${missing}, but ${inOrder(there).join(", ")}.`);
}

function checkArguments(options: ImageDatasetOptions): void {
  const { labels = "inferred", labelMode = "int", classNames, validationSplit: split, subset } = options;
  const { shuffle = true, seed, batchSize } = options;
  if (labels !== "inferred" && labels !== null && !Array.isArray(labels))
    throw new TypeError(
      `labels is ${JSON.stringify(labels)}. Expected "inferred", a list of numbers, or null.`,
    );
  if (labels !== "inferred" && classNames)
    throw new TypeError('classNames goes with labels: "inferred" only: it names the folders.');
  if (labelMode !== null) checkChoice("labelMode", labelMode, ["int", "categorical", "binary"]);
  if (subset != null) checkChoice("subset", subset, ["training", "validation", "both"]);
  if (split && !(split > 0 && split < 1))
    throw new RangeError(`validationSplit is ${split}. Expected a share between 0 and 1.`);
  if (Boolean(split) !== (subset != null))
    throw new TypeError(
      "validationSplit and subset need each other: one says how much, the other which part.",
    );
  if (split && shuffle && seed == null)
    throw new TypeError("With validationSplit and shuffle give a seed: the parts would overlap without.");
  if (options.cropToAspectRatio && options.padToAspectRatio)
    throw new TypeError("Expected at most one of cropToAspectRatio and padToAspectRatio.");
  if (batchSize === null)
    throw new TypeError("batchSize: null, for single pictures, is not there. Take batchSize: 1.");
}

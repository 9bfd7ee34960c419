import type { Tensor } from "@tensorflow/tfjs-node";
import { NdArray, isTensor, toNdArray, type ArrayLike } from "../arrays/ndarray.js";
import type { PictureGenerator } from "./picture-maker.js";
import { ImageIterator, type IterationOptions } from "./image-iterator.js";
import type { PictureSource } from "./make-picture.js";
import { checkSubset, type Subset } from "./subset.js";

/** Pictures, and arrays whose rows go along with them. */
export type ImagesAndMore = readonly [images: ArrayLike, more: ArrayLike | readonly ArrayLike[]];

export interface FlowOptions extends IterationOptions {
  /** A weight for each picture. */
  sampleWeight?: ArrayLike | null;
  /** The part that `validationSplit` makes: the first pictures are for validation, and are not changed at random. */
  subset?: Subset;
  /** Whether the parts may have different classes. Default false. */
  ignoreClassSplit?: boolean;
}

/** Batches of pictures that are there as an array. */
export class ArrayIterator extends ImageIterator {
  readonly #x: NdArray;
  readonly #more: NdArray[];
  readonly #y: NdArray | null;
  readonly #sampleWeight: NdArray | null;

  constructor(
    generator: PictureGenerator,
    given: ArrayLike | ImagesAndMore,
    y: ArrayLike | null,
    options: FlowOptions,
  ) {
    const { dataFormat, validationSplit, brightnessRange, kerasCompatible } = generator.settings;
    const subset = checkSubset(options.subset, validationSplit);
    const [images, more] = partsOf(given);
    if (images.rank !== 4 || images.length === 0)
      throw new RangeError(
        `flow takes pictures of the shape [n, height, width, channels], but got [${images.shape.join(", ")}].`,
      );
    const targets = y === null ? null : toNdArray(y);
    const weights = options.sampleWeight == null ? null : toNdArray(options.sampleWeight);
    const together: [string, NdArray | null][] = [
      ["y", targets],
      ["sampleWeight", weights],
    ];
    for (const [name, array] of [...together, ...more.map((each): [string, NdArray] => ["x", each])])
      if (array && array.length !== images.length)
        throw new RangeError(`flow got ${images.length} pictures, but ${array.length} rows of ${name}.`);
    if (brightnessRange && !kerasCompatible) checkBrightness(images);

    const split = Math.trunc(images.length * validationSplit);
    if (subset && targets && options.ignoreClassSplit !== true) checkClasses(targets, split);
    const [start, end] = {
      none: [0, images.length],
      validation: [0, split],
      training: [split, images.length],
    }[subset ?? "none"] as [number, number];
    const part = (array: NdArray): NdArray => array.slice(start, end);
    const x = part(images);
    if (x.length === 0) throw new RangeError(`Of ${images.length} pictures none are left for ${subset}.`);
    const [, ...shape] = x.shape as [number, number, number, number];
    const [height, width, channels] = dataFormat === "channelsFirst" ? [shape[1], shape[2], shape[0]] : shape;
    const maker = generator.makerFor(
      {
        size: [height, width],
        channels,
        decode: {},
        resize: { by: "pillow", interpolation: "nearest", keepAspectRatio: false },
      },
      subset === "validation",
    );
    super(x.length, maker, options, 1e4);
    this.#x = x;
    this.#more = more.map(part);
    this.#y = targets && part(targets);
    this.#sampleWeight = weights && part(weights);
  }

  protected override sourceOf(index: number): PictureSource {
    const { data } = this.#x.at(index);
    // A copy: the other thread would get the whole array.
    return { numbers: data instanceof Uint8Array ? new Uint8Array(data) : new Float32Array(data) };
  }

  protected override targetsOf(
    indices: Int32Array,
  ): { x?: Tensor[]; y: Tensor | Tensor[]; sampleWeight?: Tensor | undefined } | undefined {
    const rows = (array: NdArray): Tensor => array.gather(indices).toTensor();
    if (!this.#y) return undefined;
    return {
      x: this.#more.map(rows),
      y: rows(this.#y),
      sampleWeight: this.#sampleWeight ? rows(this.#sampleWeight) : undefined,
    };
  }
}

function partsOf(given: ArrayLike | ImagesAndMore): [images: NdArray, more: NdArray[]] {
  const isPair = Array.isArray(given) && given.length === 2 && isArrayObject(given[0]);
  if (!isPair) return [toNdArray(given as ArrayLike), []];
  const [images, more] = given as unknown as ImagesAndMore;
  const isList = Array.isArray(more) && more.some(isArrayObject);
  return [toNdArray(images), (isList ? more : [more]).map((each) => toNdArray(each as ArrayLike))];
}

const isArrayObject = (value: unknown): boolean => isTensor(value) || value instanceof NdArray;

/** Brightness takes whole numbers from 0 to 255: others become 0. */
function checkBrightness({ data, isFloat }: NdArray): void {
  if (!isFloat) return;
  let highest = -Infinity;
  for (const value of data) highest = Math.max(highest, value);
  if (highest <= 1)
    throw new RangeError(
      `brightnessRange is for pictures of 0 to 255, but these go up to ${highest}: they would become black. Multiply them by 255, ` +
        "and give rescale: 1 / 255.",
    );
}

function checkClasses(y: NdArray, split: number): void {
  const classes = (part: NdArray): string => {
    const size = part.data.length / Math.max(1, part.length);
    const rows = new Set(
      Array.from({ length: part.length }, (_, i) => part.data.slice(i * size, (i + 1) * size).join()),
    );
    return [...rows].toSorted().join(";");
  };
  // Numbers of one-hot rows are compared as a set, as those of classes.
  if (classes(y.slice(0, split)) !== classes(y.slice(split)))
    throw new RangeError(
      "The parts for training and validation have different classes. If the data are sorted by class, bring them into another " +
        "order first: trainTestSplit does. To split them all the same: ignoreClassSplit: true.",
    );
}

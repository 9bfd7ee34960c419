import type { Tensor, Tensor2D } from "@tensorflow/tfjs-node";
import { NdArray, toNdArray, type ArrayLike } from "../arrays/ndarray.js";
import type { DataFrame } from "../arrays/data-frame.js";
import { NumpyRandom } from "../arrays/numpy-random.js";
import { ArrayIterator, type FlowOptions, type ImagesAndMore } from "./array-iterator.js";
import { DataFrameIterator, type FlowFromDataFrameOptions } from "./data-frame-iterator.js";
import { DirectoryIterator, type FlowFromDirectoryOptions } from "./directory-iterator.js";
import { channelStatistics, zcaMatrix, type FeatureStatistics } from "./feature-statistics.js";
import { tf } from "../tfjs/native.js";
import {
  generatorSettings,
  type GeneratorSettings,
  type ImageDataGeneratorOptions,
} from "./generator-options.js";
import { whitened } from "./image-iterator.js";
import type { PictureMaker } from "./picture-maker.js";
import { channelsToEnd, channelsToStart, type PictureSettings } from "./make-picture.js";
import { changesNothing, normalize, type Normalization } from "./normalize.js";
import type { FloatPicture } from "./pixels.js";
import { drawTransform, type DrawnParameters } from "./random-transform.js";
import { transformed, type TransformParameters } from "./transform.js";

/** What `fit` takes besides the data. */
export interface FitStatisticsOptions {
  /** Whether to look at pictures that are changed at random. Default false. */
  augment?: boolean;
  /** How often to go over the data then. Default 1. */
  rounds?: number;
  seed?: number | null;
}

/**
 * Pictures that are turned, shifted and otherwise changed at random, each time anew, and normalized: Keras's `ImageDataGenerator`,
 * with its numbers for the same seed. Make one by `imageDataGenerator({ ... })`.
 */
export class ImageDataGenerator {
  readonly settings: Readonly<GeneratorSettings>;
  #statistics: FeatureStatistics = { mean: null, std: null, whitening: null };
  readonly #random = new NumpyRandom();
  #isWarned = false;

  /** @throws RangeError or TypeError for arguments that it does not have, or that cannot be */
  constructor(options: ImageDataGeneratorOptions = {}) {
    this.settings = generatorSettings(options);
  }

  /** Each channel's mean, once `fit` has seen data. */
  get mean(): number[] | null {
    return this.#statistics.mean;
  }

  /** Each channel's standard deviation, once `fit` has seen data. */
  get std(): number[] | null {
    return this.#statistics.std;
  }

  /**
   * Finds out what featurewise normalization and whitening need.
   *
   * @param x `[n, height, width, channels]`, or as `dataFormat` says
   * @throws RangeError for another rank
   */
  fit(x: ArrayLike, { augment = false, rounds = 1, seed = null }: FitStatisticsOptions = {}): void {
    const { featurewiseCenter, featurewiseStdNormalization, zcaWhitening, zcaEpsilon, rescale } =
      this.settings;
    const array = toNdArray(x);
    if (array.rank !== 4 || array.length === 0)
      throw new RangeError(
        `fit takes pictures of the shape [n, height, width, channels], but got [${array.shape.join(", ")}].`,
      );
    if (seed !== null) this.#random.seed(seed);
    const passes = Array.from({ length: augment ? rounds : 1 }, () =>
      Array.from({ length: array.length }, (_, i) => i),
    );
    const pictures = passes.flat().map((i) => {
      const picture = this.#picture(array.at(i));
      normalize(picture.data, { ...this.#normalization(), ...nothing, rescale });
      return augment ? this.#changed(picture, this.#draw(picture, this.#random)) : picture;
    });
    const { length } = pictures[0]!.data;
    const data = new Float32Array(pictures.length * length);
    pictures.forEach((picture, i) => data.set(picture.data, i * length));
    const statistics = channelStatistics(data, pictures[0]!.channels, {
      center: featurewiseCenter,
      divide: featurewiseStdNormalization,
    });
    if (zcaWhitening && this.settings.dataFormat === "channelsFirst") {
      pictures.forEach((picture, i) => {
        const part = data.subarray(i * length, (i + 1) * length);
        part.set(channelsToStart({ ...picture, data: part.slice() }));
      });
    }
    const whitening = zcaWhitening ? zcaMatrix(data, pictures.length, zcaEpsilon) : null;
    this.dispose();
    this.#statistics = { ...statistics, whitening };
  }

  /**
   * What a picture of this shape is changed by.
   *
   * @param shape `[height, width, channels]`, or as `dataFormat` says
   * @param seed as Keras's: the same gives the same
   */
  getRandomTransform(shape: readonly number[], seed?: number | null): DrawnParameters {
    if (seed != null) this.#random.seed(seed);
    const [first, second, third] = shape as [number, number, number];
    const size = this.settings.dataFormat === "channelsFirst" ? [second, third] : [first, second];
    return drawTransform(this.#random, this.settings, size as [number, number]);
  }

  /** The picture changed as the parameters say; what they leave out is not changed. */
  applyTransform(picture: ArrayLike, parameters: TransformParameters): NdArray<Float32Array> {
    const given = toNdArray(picture);
    return this.#array(this.#changed(this.#picture(given), parameters), given.shape);
  }

  /** The picture changed at random. */
  randomTransform(picture: ArrayLike, seed?: number | null): NdArray<Float32Array> {
    const given = toNdArray(picture);
    return this.applyTransform(given, this.getRandomTransform(given.shape, seed));
  }

  /**
   * A picture, or several, after the preprocessing function, `rescale`, centring, division and whitening, in this order. Unlike
   * Keras's it leaves what it is given as it is; of several, each is centred by itself.
   */
  standardize(x: ArrayLike): NdArray<Float32Array> {
    const given = toNdArray(x);
    if (given.rank === 4) {
      const parts = Array.from({ length: given.length }, (_, i) => this.standardize(given.at(i)).data);
      const data = new Float32Array(given.data.length);
      parts.forEach((part, i) => data.set(part, i * part.length));
      return new NdArray(data, given.shape);
    }
    const result = new Float32Array(given.data);
    this.#finish(result, given.shape);
    const { whitening } = this.#statistics;
    if (!whitening) return new NdArray(result, given.shape);
    const matrix = whitening;
    const white = toNdArrayOnce(whitenedRow(result, matrix));
    return new NdArray(white, given.shape);
  }

  /**
   * Batches of pictures that are there as an array.
   *
   * @param x `[n, height, width, channels]`, or as `dataFormat` says; or `[x, more]`, whose rows go along with the pictures
   * @param y targets of any shape `[n, ...]`; without, batches are pictures alone
   * @throws RangeError if their lengths differ, or a part of a split lacks a class
   *
   * @example
   * const generator = imageDataGenerator({ rotationRange: 20, horizontalFlip: true, rescale: 1 / 255 });
   * await model.fit(generator.flow(xTrain, yTrain, { batchSize: 64, seed: 1 }), { epochs: 5 });
   */
  flow(x: ArrayLike | ImagesAndMore, y?: ArrayLike | null, options: FlowOptions = {}): ArrayIterator {
    return new ArrayIterator(this, x, y ?? null, options);
  }

  /**
   * Batches of the pictures in a folder that has a folder for each class: `data/train/cats/cat001.jpg`.
   *
   * @throws Error if there are no pictures, or no such folder
   *
   * @example
   * const train = generator.flowFromDirectory("data/train", { targetSize: [150, 150], classMode: "binary" });
   * await model.fit(train, { epochs: 10 });
   */
  flowFromDirectory(directory: string, options: FlowFromDirectoryOptions = {}): DirectoryIterator {
    return new DirectoryIterator(this, directory, options);
  }

  /**
   * Batches of the pictures whose files a data frame of Polars names.
   *
   * @example
   * const train = generator.flowFromDataFrame(frame, { directory: "photos", xCol: "file", yCol: "animal" });
   */
  flowFromDataFrame(frame: DataFrame, options: FlowFromDataFrameOptions = {}): DataFrameIterator {
    return new DataFrameIterator(this, frame, options);
  }

  /** Gives the matrix of whitening back to TensorFlow. */
  dispose(): void {
    this.#statistics.whitening?.dispose();
    this.#statistics = { mean: null, std: null, whitening: null };
  }

  /**
   * How an iteration over pictures of this size makes them.
   *
   * @param isValidation whether they are left as they are, but for their normalization
   */
  makerFor(
    own: Pick<PictureSettings, "size" | "channels" | "decode" | "resize">,
    isValidation: boolean,
  ): PictureMaker {
    const { dataFormat, preprocessingFunction, kerasCompatible } = this.settings;
    const shape = dataFormat === "channelsFirst" ? [own.channels, ...own.size] : [...own.size, own.channels];
    const normalization = preprocessingFunction ? null : this.#normalization();
    this.#warnIfNotFitted();
    const { whitening } = this.#statistics;
    const draw = (random: NumpyRandom): DrawnParameters | null => {
      const drawn = drawTransform(random, this.settings, own.size);
      return isIdentity(drawn) ? null : drawn;
    };
    return {
      settings: { ...own, dataFormat, transform: this.#transform(), normalization },
      draw: isValidation && !kerasCompatible ? undefined : draw,
      finish: preprocessingFunction ? (picture) => this.#finish(picture, shape) : undefined,
      whiten: whitening ? (batch) => whitened(batch, whitening) : undefined,
    };
  }

  #transform(): PictureSettings["transform"] {
    const { fillMode, cval, interpolationOrder, kerasCompatible } = this.settings;
    return { fillMode, cval, interpolationOrder, kerasCompatible };
  }

  #normalization(): Normalization {
    const { rescale, samplewiseCenter, samplewiseStdNormalization } = this.settings;
    const { featurewiseCenter, featurewiseStdNormalization } = this.settings;
    const { mean, std } = this.#statistics;
    return {
      rescale,
      samplewiseCenter,
      samplewiseStdNormalization,
      mean: featurewiseCenter ? mean : null,
      std: featurewiseStdNormalization ? std : null,
    };
  }

  #warnIfNotFitted(): void {
    const { featurewiseCenter, zcaWhitening } = this.settings;
    if (this.#isWarned || !(featurewiseCenter || zcaWhitening) || this.#statistics.mean) return;
    this.#isWarned = true;
    console.warn(
      "This imageDataGenerator is to normalize featurewise, but has not seen data yet: call its fit(x) first.",
    );
  }

  /** Changes the picture in place by the preprocessing function and the normalization. */
  #finish(data: Float32Array, shape: readonly number[]): void {
    this.#warnIfNotFitted();
    const { preprocessingFunction, dataFormat } = this.settings;
    if (preprocessingFunction) {
      const given = preprocessingFunction(new NdArray(new Float32Array(data), shape));
      const result = toNdArray(given);
      if (result.data.length !== data.length)
        throw new RangeError(
          `preprocessingFunction gave the shape [${result.shape.join(", ")}] for a picture of [${shape.join(", ")}]: it has to keep it.`,
        );
      data.set(result.data);
      disposeOf(given);
    }
    const normalization = this.#normalization();
    if (changesNothing(normalization)) return;
    if (dataFormat === "channelsLast") {
      normalize(data, normalization);
      return;
    }
    const picture = this.#picture(new NdArray(data, shape));
    normalize(picture.data, normalization);
    data.set(channelsToStart(picture));
  }

  /** A copy with the channels last. */
  #picture(array: NdArray): FloatPicture {
    if (array.rank !== 3)
      throw new RangeError(
        `Expected a picture of the shape [height, width, channels], but got [${array.shape.join(", ")}].`,
      );
    const [first, second, third] = array.shape as [number, number, number];
    const data = new Float32Array(array.data);
    if (this.settings.dataFormat === "channelsLast")
      return { data, height: first, width: second, channels: third };
    const size = { height: second, width: third, channels: first };
    return { ...size, data: channelsToEnd({ data, ...size }) };
  }

  #array(picture: FloatPicture, shape: readonly number[]): NdArray<Float32Array> {
    return new NdArray(
      this.settings.dataFormat === "channelsLast" ? picture.data : channelsToStart(picture),
      shape,
    );
  }

  #draw({ height, width }: FloatPicture, random: NumpyRandom): DrawnParameters {
    return drawTransform(random, this.settings, [height, width]);
  }

  #changed(picture: FloatPicture, parameters: TransformParameters): FloatPicture {
    return transformed(picture, parameters, this.#transform());
  }
}

const nothing = { samplewiseCenter: false, samplewiseStdNormalization: false, mean: null, std: null };

const isIdentity = (drawn: DrawnParameters): boolean =>
  drawn.theta === 0 &&
  drawn.tx === 0 &&
  drawn.ty === 0 &&
  drawn.shear === 0 &&
  drawn.zx === 1 &&
  drawn.zy === 1 &&
  !drawn.flipHorizontal &&
  !drawn.flipVertical &&
  drawn.channelShiftIntensity === null &&
  drawn.brightness === null;

function whitenedRow(data: Float32Array, matrix: Tensor2D): Tensor {
  return tf.tidy(() => whitened(tf.tensor2d(data, [1, data.length]), matrix));
}

function toNdArrayOnce(tensor: Tensor): Float32Array {
  const data = tensor.dataSync<"float32">();
  tensor.dispose();
  return data;
}

function disposeOf(given: unknown): void {
  if (given instanceof tf.Tensor) given.dispose();
}

/**
 * Pictures changed at random while a model trains, so that few go further. See `ImageDataGenerator` for what it can do.
 *
 * @throws RangeError or TypeError for arguments that it does not have, or that cannot be
 *
 * @example
 * const generator = imageDataGenerator({ rotationRange: 20, widthShiftRange: 0.1, horizontalFlip: true, rescale: 1 / 255 });
 * const train = generator.flowFromDirectory("data/train", { targetSize: [150, 150], classMode: "binary" });
 * await model.fit(train, { epochs: 10 });
 */
export const imageDataGenerator = (options: ImageDataGeneratorOptions = {}): ImageDataGenerator =>
  new ImageDataGenerator(options);

import type { ArrayLike } from "../arrays/ndarray.js";
import type { NdArray } from "../arrays/ndarray.js";
import { fillModes, type FillMode } from "./affine.js";
import type { DataFormat } from "./make-picture.js";
import { checkChoice } from "./pixels.js";
import type { RandomRanges, ShiftRange } from "./random-transform.js";
import type { TransformOptions } from "./transform.js";

/** Keras's arguments: https://www.tensorflow.org/api_docs/python/tf/keras/preprocessing/image/ImageDataGenerator */
export interface ImageDataGeneratorOptions {
  /** Whether to subtract each channel's mean over the data that `fit` has seen. */
  featurewiseCenter?: boolean;
  /** Whether to subtract each picture's mean. */
  samplewiseCenter?: boolean;
  /** Whether to divide by each channel's standard deviation; then its mean is subtracted, too. */
  featurewiseStdNormalization?: boolean;
  /** Whether to divide by each picture's standard deviation; then its mean is subtracted, too. */
  samplewiseStdNormalization?: boolean;
  /** Whether to take out what pixels have in common with each other, by ZCA. Needs `fit`, and small pictures. */
  zcaWhitening?: boolean;
  /** Is added to the singular values. Default 1e-6. */
  zcaEpsilon?: number;
  /** Degrees, either way. Default 0. */
  rotationRange?: number;
  /** A share of the width if below 1; a whole number n stands for 0 to n-1 pixels; a list for one of its numbers. Default 0. */
  widthShiftRange?: ShiftRange;
  /** The same of the height. */
  heightShiftRange?: ShiftRange;
  /** The smallest and the largest factor for pictures of 0 to 255. Default null. */
  brightnessRange?: readonly [number, number] | null;
  /** Degrees, either way. Default 0. */
  shearRange?: number;
  /** How much of the picture is seen: 0.2 stands for 0.8 to 1.2; or two numbers. Width and height have each their own. */
  zoomRange?: number | readonly [number, number];
  /** What is added to all channels alike, at most. Default 0. */
  channelShiftRange?: number;
  /** What lies outside: `abcd` goes on as `dddd` "nearest", `dcba` "reflect", `bcda` "wrap" or as `cval` "constant". Default `"nearest"`. */
  fillMode?: FillMode;
  /** What lies outside with the fill mode "constant". Default 0. */
  cval?: number;
  /** Whether to flip half of the pictures. */
  horizontalFlip?: boolean;
  verticalFlip?: boolean;
  /** A factor for all numbers, after everything random. Default null. */
  rescale?: number | null;
  /** Gets each picture, `[height, width, channels]`, after everything random and before `rescale`, and gives another of that shape. */
  preprocessingFunction?: ((picture: NdArray<Float32Array>) => ArrayLike) | null;
  /** Where the channels are in what goes in and comes out. Default `"channelsLast"`. */
  dataFormat?: DataFormat;
  /** The share of the pictures that `subset: "validation"` takes. Default 0. */
  validationSplit?: number;
  /** How to see between pixels: 0 nearest, 1 linear, 2 to 5 splines. Default 1. */
  interpolationOrder?: TransformOptions["interpolationOrder"];
  /** Batches are 32-bit floats. */
  dtype?: "float32";
  /**
   * Whether to do as Keras where it errs: it shifts along the other axis than the one that is named, takes the width for the height
   * of pictures that are not square, and changes validation pictures, too. Default false.
   */
  kerasCompatible?: boolean;
}

/** The options with their defaults. */
export type GeneratorSettings = Required<Omit<ImageDataGeneratorOptions, "zoomRange">> & RandomRanges;

/** @throws RangeError or TypeError for what is no such option, or cannot be */
export function generatorSettings(options: ImageDataGeneratorOptions): GeneratorSettings {
  const settings: GeneratorSettings = {
    featurewiseCenter: false,
    samplewiseCenter: false,
    featurewiseStdNormalization: false,
    samplewiseStdNormalization: false,
    zcaWhitening: false,
    zcaEpsilon: 1e-6,
    rotationRange: 0,
    widthShiftRange: 0,
    heightShiftRange: 0,
    brightnessRange: null,
    shearRange: 0,
    channelShiftRange: 0,
    fillMode: "nearest",
    cval: 0,
    horizontalFlip: false,
    verticalFlip: false,
    rescale: null,
    preprocessingFunction: null,
    dataFormat: "channelsLast",
    validationSplit: 0,
    interpolationOrder: 1,
    dtype: "float32",
    kerasCompatible: false,
    ...options,
    zoomRange: zoomOf(options.zoomRange ?? 0),
  };
  checkNames(options);
  checkChoice("fillMode", settings.fillMode, fillModes);
  checkChoice("dataFormat", settings.dataFormat, ["channelsLast", "channelsFirst"]);
  checkChoice("dtype", settings.dtype, ["float32"]);
  for (const name of ["rotationRange", "shearRange", "channelShiftRange", "cval", "zcaEpsilon"] as const)
    checkNumber(name, settings[name]);
  for (const name of ["widthShiftRange", "heightShiftRange"] as const)
    for (const each of [settings[name]].flat()) checkNumber(name, each);
  const { validationSplit, interpolationOrder, brightnessRange } = settings;
  if (validationSplit !== 0 && !(validationSplit > 0 && validationSplit < 1))
    throw new RangeError(`validationSplit is ${String(validationSplit)}. Expected a share between 0 and 1.`);
  if (![0, 1, 2, 3, 4, 5].includes(interpolationOrder))
    throw new RangeError(`interpolationOrder is ${String(interpolationOrder)}. Expected 0 to 5.`);
  if (brightnessRange !== null && !isPair(brightnessRange))
    throw new TypeError(`brightnessRange is ${JSON.stringify(brightnessRange)}. Expected [lowest, highest].`);
  return implied(settings);
}

/** What is divided by its deviation is centred, too; whitening centres, and does not divide. As in Keras, with a warning. */
function implied(settings: GeneratorSettings): GeneratorSettings {
  const change = (
    name: keyof GeneratorSettings & `${string}wise${string}`,
    to: boolean,
    because: string,
  ): void => {
    if (settings[name] === to) return;
    console.warn(`imageDataGenerator: ${because} makes ${name} ${to}.`);
    Object.assign(settings, { [name]: to });
  };
  if (settings.zcaWhitening) {
    change("featurewiseCenter", true, "zcaWhitening");
    change("featurewiseStdNormalization", false, "zcaWhitening");
  }
  if (settings.featurewiseStdNormalization) change("featurewiseCenter", true, "featurewiseStdNormalization");
  if (settings.samplewiseStdNormalization) change("samplewiseCenter", true, "samplewiseStdNormalization");
  return settings;
}

function zoomOf(range: number | readonly [number, number]): [number, number] {
  if (typeof range === "number" && Number.isFinite(range)) return [1 - range, 1 + range];
  if (isPair(range)) return [range[0], range[1]];
  throw new RangeError(`zoomRange is ${JSON.stringify(range)}. Expected a number, or [lowest, highest].`);
}

const isPair = (value: unknown): value is readonly [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every((each) => Number.isFinite(each));

function checkNumber(name: string, value: unknown): void {
  if (!Number.isFinite(value)) throw new RangeError(`${name} is ${String(value)}. Expected a number.`);
}

const names: Record<keyof ImageDataGeneratorOptions, true> = {
  featurewiseCenter: true,
  samplewiseCenter: true,
  featurewiseStdNormalization: true,
  samplewiseStdNormalization: true,
  zcaWhitening: true,
  zcaEpsilon: true,
  rotationRange: true,
  widthShiftRange: true,
  heightShiftRange: true,
  brightnessRange: true,
  shearRange: true,
  zoomRange: true,
  channelShiftRange: true,
  fillMode: true,
  cval: true,
  horizontalFlip: true,
  verticalFlip: true,
  rescale: true,
  preprocessingFunction: true,
  dataFormat: true,
  validationSplit: true,
  interpolationOrder: true,
  dtype: true,
  kerasCompatible: true,
};

function checkNames(options: object): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(names, name));
  if (unknown !== undefined)
    throw new TypeError(
      `imageDataGenerator does not know ${unknown}. It knows ${Object.keys(names).join(", ")}.`,
    );
}

import { encode } from "fast-png";
import { isTensor, toNdArray, type ArrayLike, type NdArray } from "../arrays/ndarray.js";
import { colorTable, type Colormap } from "./colormap.js";
import { imageTitles, type ImageTitle, type TitleOptions } from "./image-titles.js";
import { pictureBundle } from "../host/picture.js";
import { SelfShowing } from "../host/self-showing.js";
import { markup, type Markup } from "../host/markup.js";
import { fitText, inTwoLines, mostTextWidth } from "./text-width.js";
import { darkPageStyle, textColor, wrongColor } from "./theme.js";

/** Which number is drawn darkest and which brightest. */
export type ValueRange = readonly [lowest: number, highest: number];

export interface ImageOptions {
  /**
   * The numbers drawn darkest and brightest; what lies outside is cut off. Without it: bytes and other integers
   * in typed arrays and tensors are 0..255, booleans 0..1; floating-point numbers and nested arrays are 0..1 if
   * none is above 1, else 0..255; numbers below 0 or above 255 need this option.
   */
  valueRange?: ValueRange;
  /** Colours of pictures with one channel. Default `"gray"`; `"grayReversed"` is ink on paper. */
  colormap?: Colormap;
  /** Pixels on the screen for each pixel of the picture. By default pictures are about 56 pixels high. */
  scale?: number;
}

export interface ImageGridOptions extends ImageOptions, TitleOptions {
  /** Pictures in a row. Default: as many as have room for their titles in 640 pixels, at most 10. */
  columns?: number;
  /** Space between pictures, in pixels on the screen. Default 4. */
  gap?: number;
}

/** Batches of pictures, of which one may be looked at. */
export interface PictureBatches {
  preview(): Promise<{ images: NdArray; labels?: NdArray; classNames?: readonly string[] }>;
}

const fontSize = 12;
const lineHeight = 15;
/** Titles may make a column at most this wide. */
const maxTitleWidth = 180;
/** A grid that is wider would be shrunk in a notebook of usual width, and its titles with it. */
const usualWidth = 640;
/** Where there is less room, a grid shrinks to this share, and scrolls from there on. */
const leastShrinking = 0.75;

/**
 * A batch of what `flowFromDirectory`, `imageDatasetFromDirectory` and their like give, with its classes. Their order stays as it
 * would be without. Numbers outside of 0 to 255 are drawn from the lowest to the highest of the batch.
 *
 * @example
 * await imageGrid(generator.flowFromDirectory("data/train"));
 */
export function imageGrid(batches: PictureBatches, options?: ImageGridOptions): Promise<SelfShowing>;
/**
 * Pictures in rows and columns, as one SVG with one PNG inside and titles that the front end draws in its own
 * font (so they are right on machines without fonts too). Tensors are read, not disposed.
 *
 * @param images `[n, height, width]` or `[n, height, width, channels]` with 1 (gray), 3 (RGB) or 4 (RGBA)
 *   channels: a tensor, an array of a dataset, or nested arrays.
 * @throws RangeError for another shape, more titles or labels than pictures, numbers out of range, NaN, or an
 *   unknown colormap.
 *
 * @example
 * imageGrid(xTrain.slice(0, 100), { columns: 10, labels: yTrain.slice(0, 100) });
 * imageGrid(xTest.slice(0, 20), { labels: yTest.slice(0, 20), predictions: model.predict(x) });
 */
export function imageGrid(images: ArrayLike, options?: ImageGridOptions): SelfShowing;
export function imageGrid(
  images: ArrayLike | PictureBatches,
  options: ImageGridOptions = {},
): SelfShowing | Promise<SelfShowing> {
  return isBatches(images) ? gridOfBatch(images, options) : gridOf(images, options);
}

const isBatches = (images: ArrayLike | PictureBatches): images is PictureBatches =>
  typeof (images as Partial<PictureBatches>).preview === "function";

async function gridOfBatch(batches: PictureBatches, options: ImageGridOptions): Promise<SelfShowing> {
  const { images, ...titles } = await batches.preview();
  let [lowest, highest] = [0, 0];
  for (const value of images.data) {
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  const valueRange = lowest < 0 || highest > 255 ? ([lowest, highest] as const) : undefined;
  return gridOf(images, { ...titles, ...(valueRange && { valueRange }), ...options });
}

function gridOf(images: ArrayLike, options: ImageGridOptions): SelfShowing {
  const batch = toBatch(toNdArray(images), "imageGrid");
  const titles = imageTitles(batch.shape[0]!, options);
  const source = gridSvg(batch, titles, { valueRange: booleanRange(images), ...options });
  const text = `[${batch.shape[0]} images of ${batch.shape.slice(1, 3).join("x")}]`;
  return new SelfShowing(() => pictureBundle(source, text, leastShrinking));
}

/**
 * One picture, by default about 280 pixels high.
 *
 * @param image `[height, width]` or `[height, width, channels]` with 1, 3 or 4 channels.
 * @throws RangeError as `imageGrid`.
 */
export function showImage(image: ArrayLike, options: ImageOptions & { title?: string } = {}): SelfShowing {
  const array = toNdArray(image);
  const { title, ...rest } = options;
  if (array.rank !== 2 && array.rank !== 3) {
    throw new RangeError(
      `showImage needs one picture, [height, width] or [height, width, channels], but got the shape ${shapeText(array)}.` +
        (array.rank === 4 ? " For several pictures use imageGrid; for the first, .at(0)." : ""),
    );
  }
  const batch = toBatch(array.reshape([1, ...array.shape]), "showImage");
  const scale = options.scale ?? defaultScale(batch, 280);
  const titles = title === undefined ? undefined : [{ text: title, wrong: false }];
  const source = gridSvg(batch, titles, { valueRange: booleanRange(image), ...rest, scale });
  const text = `[image of ${batch.shape.slice(1, 3).join("x")}]`;
  return new SelfShowing(() => pictureBundle(source, text));
}

/** Checks the shape and gives gray pictures their channel axis. */
function toBatch(array: NdArray, caller: string): NdArray {
  const channels = array.rank === 4 ? array.shape[3]! : 1;
  if ((array.rank !== 3 && array.rank !== 4) || ![1, 3, 4].includes(channels) || array.data.length === 0) {
    const hint =
      array.rank === 2
        ? " One picture is shown by showImage; rows of pixels need .reshape([-1, height, width])."
        : array.rank === 3 || array.rank === 4
          ? " Channels come last: 1 (gray), 3 (RGB) or 4 (RGBA)."
          : "";
    throw new RangeError(
      `${caller} needs pictures of the shape [n, height, width] or [n, height, width, 1 | 3 | 4], ` +
        `but got ${shapeText(array)}.${hint}`,
    );
  }
  return array.rank === 4 ? array : array.reshape([...array.shape, 1]);
}

function gridSvg(batch: NdArray, titles: ImageTitle[] | undefined, options: ImageGridOptions): Markup {
  const [count, height, width] = batch.shape as [number, number, number, number];
  const scale = options.scale ?? defaultScale(batch, 56);
  const gap = options.gap ?? 4;
  if (!(scale > 0) || !(gap >= 0)) {
    throw new RangeError(`scale must be above 0 and gap at least 0, but got scale ${scale} and gap ${gap}.`);
  }
  // Gaps and titles are whole numbers of picture pixels, so that one PNG holds the grid and every pixel is sharp.
  const cells = (pixels: number): number => Math.ceil(pixels / scale);
  const lines = (titles ?? []).map(({ text, wrong }) => titleLines(text, wrong, width * scale));
  const weightOf = (n: number): "bold" | "normal" => (titles?.[n]?.wrong ? "bold" : "normal");
  const widths = lines.flatMap((parts, n) => parts.map((part) => mostTextWidth(part, fontSize, weightOf(n))));
  const widest = widths.reduce((most, one) => Math.max(most, one), 0);
  const cellWidth = Math.max(width, cells(Math.min(widest, maxTitleWidth)));
  const titleHeight = cells(
    Math.max(0, ...lines.map(({ length }) => length)) * lineHeight + (titles ? 3 : 0),
  );
  const stepX = cellWidth + cells(gap);
  const stepY = height + cells(gap) + titleHeight;
  const fitting = Math.max(1, Math.min(10, Math.floor((usualWidth / scale + cells(gap)) / stepX)));
  const columns = atLeastOne("columns", Math.min(options.columns ?? fitting, count));
  const rows = Math.ceil(count / columns);
  const top = titleHeight;
  const left = Math.floor((cellWidth - width) / 2);
  const canvasWidth = columns * stepX - cells(gap);
  const canvasHeight = rows * stepY - cells(gap);

  const canvas = new Uint8Array(canvasWidth * canvasHeight * 4);
  const toByte = byteScale(batch, options.valueRange);
  const colors = colorTable(options.colormap ?? "gray");
  for (let n = 0; n < count; n++) {
    const x = (n % columns) * stepX + left;
    const y = Math.floor(n / columns) * stepY + top;
    drawImage(batch.at(n), toByte, colors, canvas, (y * canvasWidth + x) * 4, canvasWidth * 4);
  }
  const png = encode({ width: canvasWidth, height: canvasHeight, data: canvas, channels: 4 });
  const texts = (titles ?? []).map(({ text, wrong }, n) => {
    const x = ((n % columns) * stepX + cellWidth / 2) * scale;
    const bottom = (Math.floor(n / columns) * stepY + top) * scale - 5;
    const color = wrong ? markup` class="wrong" fill="${wrongColor}" font-weight="bold"` : "";
    return lines[n]!.map((line, i) => {
      const y = bottom - (lines[n]!.length - 1 - i) * lineHeight;
      const shown = fitText(line, cellWidth * scale, fontSize, weightOf(n));
      const hover = shown === line ? "" : markup`<title>${text}</title>`;
      return markup`<text x="${round(x)}" y="${round(y)}"${color}>${shown}${hover}</text>`;
    });
  });
  const explained = titles?.some(({ wrong }) => wrong)
    ? markup`<text x="0" y="${round(canvasHeight * scale + lineHeight)}" text-anchor="start" class="wrong" fill="${wrongColor}">predicted (true)</text>`
    : "";
  const [w, pixelsHeight] = [round(canvasWidth * scale), round(canvasHeight * scale)];
  const h = pixelsHeight + (explained === "" ? 0 : lineHeight + 5);
  // xlink:href, because some viewers of saved notebooks keep only that.
  const pixels = Buffer.from(png).toString("base64");
  const image = markup`<image width="${w}" height="${pixelsHeight}" preserveAspectRatio="none" style="image-rendering:${
    scale >= 1 ? "pixelated" : "auto"
  }" xlink:href="data:image/png;base64,${pixels}"/>`;
  return markup`<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" style="max-width:100%;height:auto" font-family="Arial, Helvetica, 'Liberation Sans', sans-serif" font-size="${fontSize}" text-anchor="middle" fill="currentColor" color="${textColor}">${darkPageStyle}${image}${texts.flat()}${explained}</svg>`;
}

/** In one line if it is hardly wider than its picture. */
function titleLines(text: string, wrong: boolean, pictureWidth: number): string[] {
  const width = mostTextWidth(text, fontSize, wrong ? "bold" : "normal");
  return width <= Math.max(pictureWidth, 80) ? [text] : inTwoLines(text);
}

/** Writes one `[height, width, channels]` picture into the RGBA canvas, whose rows are `stride` bytes long. */
function drawImage(
  image: NdArray,
  toByte: (value: number) => number,
  colors: Uint8Array,
  canvas: Uint8Array,
  offset: number,
  stride: number,
): void {
  const [height, width, channels] = image.shape as [number, number, number];
  let source = 0;
  for (let y = 0; y < height; y++) {
    let target = offset + y * stride;
    for (let x = 0; x < width; x++, target += 4) {
      if (channels === 1) {
        const color = toByte(image.data[source++]!) * 3;
        canvas[target] = colors[color]!;
        canvas[target + 1] = colors[color + 1]!;
        canvas[target + 2] = colors[color + 2]!;
      } else {
        for (let channel = 0; channel < channels; channel++) {
          canvas[target + channel] = toByte(image.data[source++]!);
        }
      }
      if (channels < 4) canvas[target + 3] = 255;
    }
  }
}

/** A function from the numbers of `batch` to 0..255, by the rule of `ImageOptions.valueRange`. */
function byteScale(batch: NdArray, valueRange: ValueRange | undefined): (value: number) => number {
  let lowest = Infinity;
  let highest = -Infinity;
  for (let i = 0; i < batch.data.length; i++) {
    const value = batch.data[i]!;
    if (Number.isNaN(value)) {
      const position = positionOf(i, batch.shape);
      throw new RangeError(
        `The pictures contain NaN (first at [${position.join(", ")}]). ` +
          "Look for a division by zero or a diverged model, or replace NaN before drawing.",
      );
    }
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  if (!valueRange && (lowest < 0 || highest > 255)) {
    throw new RangeError(
      `The numbers go from ${round(lowest)} to ${round(highest)}, but pictures are drawn from 0..1 or 0..255. ` +
        `Say which numbers are darkest and brightest: { valueRange: [${round(lowest)}, ${round(highest)}] }.`,
    );
  }
  const isByte = !batch.isFloat || highest > 1;
  const [low, high] = valueRange ?? [0, isByte ? 255 : 1];
  if (!(low < high)) {
    throw new RangeError(`valueRange is [lowest, highest], but got [${low}, ${high}].`);
  }
  const factor = 255 / (high - low);
  return (value) => Math.min(255, Math.max(0, Math.round((value - low) * factor)));
}

function booleanRange(images: ArrayLike): ValueRange | undefined {
  return isTensor(images) && images.dtype === "bool" ? [0, 1] : undefined;
}

/** Whole factors keep pixels equal in size; pictures larger than wanted are shown one to one. */
function defaultScale(batch: NdArray, wantedHeight: number): number {
  return Math.max(1, Math.round(wantedHeight / Math.max(batch.shape[1]!, batch.shape[2]!)));
}

/** The position of the number at `index` in the flat data. */
function positionOf(index: number, shape: readonly number[]): number[] {
  return shape.map((length, axis) => {
    const inner = shape.slice(axis + 1).reduce((size, next) => size * next, 1);
    return Math.floor(index / inner) % length;
  });
}

function atLeastOne(name: string, value: number): number {
  if (!Number.isInteger(value) || value < 1) {
    throw new RangeError(`${name} must be a whole number from 1 up, but got ${value}.`);
  }
  return value;
}

function shapeText(array: NdArray): string {
  return `[${array.shape.join(", ")}]`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

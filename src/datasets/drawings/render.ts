import { NdArray } from "../../arrays/ndarray.js";
import { cleanlyInterrupted } from "../../download/index.js";
import { inOneOutput, type PackagedOptions } from "../dataset-file.js";
import { openSource, type DrawingSource } from "./sources.js";

/** Drawings by several artists. */
export interface Drawings {
  /** Pictures in colour on white, `[drawings, size, size, 3]`, bytes. */
  x: NdArray<Uint8Array>;
  /** Their classes, `[drawings]`. */
  y: NdArray<Uint8Array>;
  /** Who drew each. */
  artists: string[];
  /** What each shows: `pig-face`. */
  concepts: string[];
}

/** A drawing to look for in every set. */
export interface Wanted {
  /** What it shows; sets may call it by several names. */
  concept: string;
  names: readonly string[];
  /** The number of its class. */
  label: number;
}

export interface DrawingOptions extends PackagedOptions {
  /** Height and width of the pictures, in pixels. Default 64. */
  size?: number;
}

/** So many are drawn between two looks at ■. */
const atOnce = 16;

/** Finds what is wanted in each set and draws it; set after set, in the order of `wanted`. */
export async function drawAll(
  sources: readonly DrawingSource[],
  wanted: readonly Wanted[],
  options: DrawingOptions,
  title: string,
): Promise<Drawings> {
  const { size = 64 } = options;
  if (!Number.isInteger(size) || size < 8 || size > 1024)
    throw new RangeError(`size is a whole number of pixels from 8 to 1024, but got ${size}.`);
  const found = await inOneOutput(title, options, (shared) => findAll(sources, wanted, shared, title));
  const pixels = new Uint8Array(found.length * size * size * 3);
  await cleanlyInterrupted(options.signal, async (signal) => {
    for (let start = 0; start < found.length; start += atOnce) {
      signal?.throwIfAborted();
      const pictures = await Promise.all(
        found.slice(start, start + atOnce).map(({ svg }) => draw(svg, size)),
      );
      pictures.forEach((picture, i) => pixels.set(picture, (start + i) * size * size * 3));
    }
  });
  return {
    x: new NdArray(pixels, [found.length, size, size, 3]),
    y: new NdArray(Uint8Array.from(found, ({ label }) => label)),
    artists: found.map(({ artist }) => artist),
    concepts: found.map(({ concept }) => concept),
  };
}

interface Found {
  svg: string;
  label: number;
  artist: string;
  concept: string;
}

async function findAll(
  sources: readonly DrawingSource[],
  wanted: readonly Wanted[],
  options: PackagedOptions,
  title: string,
): Promise<Found[]> {
  const found: Found[] = [];
  const all = wanted.flatMap(({ names }) => names);
  for (const source of sources) {
    const find = await openSource(source, all, options, title);
    for (const { concept, names, label } of wanted) {
      const svg = names.map((name) => find(name)).find((each) => each !== undefined);
      if (svg !== undefined) found.push({ svg, label, artist: source.artist, concept });
    }
  }
  return found;
}

async function draw(svg: string, size: number): Promise<Uint8Array> {
  const { default: sharp } = await import("sharp");
  // Of the size that is wanted, so that nothing is enlarged afterwards.
  const sized = svg.replace("<svg", `<svg width="${size}" height="${size}"`);
  return sharp(Buffer.from(sized))
    .resize(size, size, { fit: "contain", background: "white" })
    .flatten({ background: "white" })
    .toColourspace("srgb")
    .removeAlpha()
    .raw()
    .toBuffer();
}

import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { NdArray } from "../arrays/ndarray.js";
import { numpyGlobals, PickledArray, readPickle } from "../arrays/pickle.js";
import { unpack, type RemoteFile } from "../download/index.js";
import { datasetFile, type DatasetOptions } from "./dataset-file.js";

/** What `loadData` of CIFAR-10 and CIFAR-100 takes. */
export interface CifarOptions extends DatasetOptions {
  /** Whether the colours are the last axis (`[32, 32, 3]`, the default) or the first (`[3, 32, 32]`). */
  dataFormat?: "channelsLast" | "channelsFirst";
}

/** Pictures in colour and their classes, in Keras's four parts. */
export interface CifarDataset {
  /** Training pictures, `[50000, 32, 32, 3]`, bytes. */
  xTrain: NdArray<Uint8Array>;
  /** Their classes, `[50000, 1]`. */
  yTrain: NdArray;
  /** Test pictures, `[10000, 32, 32, 3]`, bytes. */
  xTest: NdArray<Uint8Array>;
  /** Their classes, `[10000, 1]`. */
  yTest: NdArray;
}

const width = 32;
const pixels = width * width;
const colours = 3;

/** The original archive of one of the two sets. */
export interface CifarArchive {
  title: string;
  file: RemoteFile;
  /** Members of the training set in order, and of the test set. */
  train: readonly string[];
  test: string;
  labelKey: string;
}

/** Reads a set: bytes in the order of the files, not shuffled. */
export async function loadCifar(archive: CifarArchive, options: CifarOptions): Promise<CifarDataset> {
  const { dataFormat = "channelsLast" } = options;
  if (dataFormat !== "channelsLast" && dataFormat !== "channelsFirst")
    throw new RangeError(
      `dataFormat is "channelsLast" or "channelsFirst", but got ${JSON.stringify(dataFormat)}.`,
    );
  const path = await datasetFile(archive.file, options, archive.title);
  const hash = options.checksums?.[basename(archive.file.path)] ?? archive.file.hash;
  const paths = await unpack(path, hash, [...archive.train, archive.test], options);
  const batches = await Promise.all(paths.map((each) => readBatch(each, archive.labelKey)));
  const test = batches.pop()!;
  return {
    xTrain: joinedPictures(batches, dataFormat),
    yTrain: joinedLabels(batches),
    xTest: joinedPictures([test], dataFormat),
    yTest: joinedLabels([test]),
  };
}

interface Batch {
  /** Rows of a red, a green and a blue plane. */
  data: Uint8Array;
  labels: readonly unknown[];
}

async function readBatch(path: string, labelKey: string): Promise<Batch> {
  const name = basename(path);
  const { value } = readPickle(await readFile(path), { name, globals: numpyGlobals });
  const [pickled, labels] = value instanceof Map ? [value.get("data"), value.get(labelKey)] : [];
  const data = pickled instanceof PickledArray ? pickled.toNdArray(name) : undefined;
  if (!(data?.data instanceof Uint8Array) || data.rank !== 2 || data.shape[1] !== colours * pixels)
    throw new Error(
      `${name} holds no pictures as CIFAR's files do: bytes of the shape [n, 3072] under "data".`,
    );
  const isLabel = (label: unknown): boolean =>
    Number.isInteger(label) && (label as number) >= 0 && (label as number) < 256;
  if (!Array.isArray(labels) || labels.length !== data.length || !labels.every(isLabel))
    throw new Error(`${name} holds ${data.length} pictures, but not as many labels under "${labelKey}".`);
  return { data: data.data, labels };
}

function joinedPictures(batches: readonly Batch[], dataFormat: string): NdArray<Uint8Array> {
  const size = batches.reduce((sum, { data }) => sum + data.length, 0);
  const all = new Uint8Array(size);
  let start = 0;
  for (const { data } of batches) {
    const target = all.subarray(start, start + data.length);
    if (dataFormat === "channelsFirst") target.set(data);
    else interleave(data, target);
    start += data.length;
  }
  const count = size / (colours * pixels);
  return new NdArray(
    all,
    dataFormat === "channelsFirst" ? [count, colours, width, width] : [count, width, width, colours],
  );
}

/** Three planes a picture to three bytes a pixel. */
function interleave(planes: Uint8Array, target: Uint8Array): void {
  let to = 0;
  for (let picture = 0; picture < planes.length; picture += colours * pixels)
    for (let red = picture; red < picture + pixels; red++) {
      target[to] = planes[red]!;
      target[to + 1] = planes[red + pixels]!;
      target[to + 2] = planes[red + 2 * pixels]!;
      to += colours;
    }
}

function joinedLabels(batches: readonly Batch[]): NdArray<Uint8Array> {
  const labels = Uint8Array.from(batches.flatMap((batch) => batch.labels) as number[]);
  return new NdArray(labels, [labels.length, 1]);
}

import { readFile } from "node:fs/promises";
import { NdArray } from "../arrays/ndarray.js";
import { openNpz } from "../arrays/npy/npz.js";
import { NumpyRandom } from "../arrays/numpy-random.js";
import type { Ragged } from "../arrays/ragged.js";
import { datasetFile, kerasFile, type DatasetOptions, type PathOption } from "./dataset-file.js";
import { checkRows, limited, limitsOf, prepared, reordered, type WordOptions } from "./word-rows.js";

/** Texts as the numbers of their words, and their classes, in Keras's four parts. */
export interface WordDataset {
  xTrain: Ragged;
  /** `[rows]` */
  yTrain: NdArray<Int32Array>;
  xTest: Ragged;
  /** `[rows]` */
  yTest: NdArray<Int32Array>;
}

export const licence = "none stated; its authors ask to cite Maas et al. 2011";

/**
 * Reviews of films from IMDB, half of them good (1), half bad (0): 25,000 for training and 25,000 for the test (Maas et al.
 * 2011, https://ai.stanford.edu/~amaas/data/sentiment/). As Keras's `imdb.load_data`, with all its arguments, in the same
 * order for the same seed, its surprises included: `maxlen` drops longer reviews, and without `numWords` the rarest word is
 * left out.
 *
 * A review is the ranks of its words plus 3: 1 is the start, 2 a word that was left out, 0 is free for padding. The first call
 * downloads 17 MB, checks and keeps them; Keras's own copy in `~/.keras` is used if it is there.
 *
 * @throws RangeError if `maxlen` leaves none; Error if no source gives the right file, or it is damaged
 *
 * @example
 * const { xTrain, yTrain } = await datasets.imdb.loadData({ numWords: 10000 });
 * const x = padSequences(xTrain, { maxlen: 256 });
 */
export async function loadData(
  options: WordOptions & DatasetOptions & PathOption = {},
): Promise<WordDataset> {
  const file = kerasFile("imdb.npz", options, {
    hash: "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
    bytes: 17_464_789,
  });
  const archive = await openNpz(await datasetFile(file, options, "IMDB reviews"));
  const random = new NumpyRandom(options.seed ?? 113);
  try {
    const parts = [];
    // One generator for both, one after the other.
    for (const part of ["train", "test"]) {
      const objects = await (await archive.array(`x_${part}`)).readObjects();
      const labels = await (await archive.array(`y_${part}`)).read();
      const all = checkRows(objects, labels.data, `imdb.npz: ${part}`);
      parts.push(prepared(reordered(all, random.permutation(all.rows.length).data), options));
    }
    const [train, test] = [parts[0]!, parts[1]!];
    if (train.rows.length === 0 || test.rows.length === 0)
      throw new RangeError(`No review is shorter than ${options.maxlen} words: choose a larger maxlen.`);
    const limits = limitsOf(parts, options);
    return {
      xTrain: limited(train.rows, limits, options),
      yTrain: new NdArray(Int32Array.from(train.labels)),
      xTest: limited(test.rows, limits, options),
      yTest: new NdArray(Int32Array.from(test.labels)),
    };
  } finally {
    await archive.close();
  }
}

/**
 * The rank of each word, 1 for the most frequent; as Keras's `imdb.get_word_index`. In the reviews, `indexFrom` is added.
 *
 * @throws Error if no source gives the right file
 * @example
 * const { xTest } = await datasets.imdb.loadData();
 * const index = await datasets.imdb.getWordIndex();
 * const words = new Map(Array.from(index, ([word, rank]) => [rank + 3, word]));
 * Array.from(xTest.at(0), (number) => words.get(number) ?? "?").join(" ");
 */
export async function getWordIndex(options: DatasetOptions & PathOption = {}): Promise<Map<string, number>> {
  const file = kerasFile("imdb_word_index.json", options, {
    hash: "bfafd718b763782e994055a2d397834f",
    bytes: 1_641_221,
  });
  return readWordIndex(await datasetFile(file, options, "IMDB words"));
}

/** A word may be called `constructor`: hence a Map. */
export async function readWordIndex(path: string): Promise<Map<string, number>> {
  const index: unknown = JSON.parse(await readFile(path, "utf8"));
  const entries = Object.entries(index ?? {});
  if (!entries.every(([, rank]) => Number.isInteger(rank)))
    throw new Error(`${path} is no index of words: a JSON object of their ranks.`);
  return new Map(entries as [string, number][]);
}

import { NdArray } from "../arrays/ndarray.js";
import { openNpz } from "../arrays/npy/npz.js";
import { NumpyRandom } from "../arrays/numpy-random.js";
import { datasetFile, kerasFile, type DatasetOptions, type PathOption } from "./dataset-file.js";
import { readWordIndex, type WordDataset } from "./imdb.js";
import { checkTestSplit } from "./split-rows.js";
import { checkRows, limited, limitsOf, prepared, reordered, type WordOptions } from "./word-rows.js";

export const licence = "© Reuters, for research; Reuters-21578";

const labelNames = (
  "cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves ship cotton carcass crude " +
  "nat-gas cpi money-fx interest gnp meal-feed alum oilseed gold tin strategic-metal livestock retail ipi iron-steel rubber " +
  "heat jobs lei bop zinc orange pet-chem dlr gas silver wpi hog lead"
).split(" ");

/** The names of the topics 0 to 45; as Keras's `reuters.get_label_names`. */
export function getLabelNames(): readonly string[] {
  return labelNames;
}

export interface ReutersOptions extends WordOptions, DatasetOptions, PathOption {
  /** The share of the rows that are for the test, from 0 up to, not including, 1. Default 0.2. */
  testSplit?: number;
}

/**
 * 11,228 news of Reuters of 1987 in 46 topics (`getLabelNames`): 8,982 for training, 2,246 for the test. As Keras's
 * `reuters.load_data`, with all its arguments, in the same order for the same seed, and with the same surprises as `imdb`.
 *
 * The first call downloads 2 MB, checks and keeps them; Keras's own copy in `~/.keras` is used if it is there.
 *
 * @throws RangeError for another `testSplit`; Error if no source gives the right file, or it is damaged
 *
 * @example
 * const { xTrain, yTrain } = await datasets.reuters.loadData({ numWords: 1000 });
 * const x = multiHot(xTrain, 1000);
 * const y = toCategorical(yTrain, 46);
 */
export async function loadData(options: ReutersOptions = {}): Promise<WordDataset> {
  const { testSplit = 0.2, seed = 113 } = options;
  checkTestSplit(testSplit);
  const file = kerasFile("reuters.npz", options, {
    hash: "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916",
    bytes: 2_110_848,
  });
  const archive = await openNpz(await datasetFile(file, options, "Reuters news"));
  try {
    const objects = await (await archive.array("x")).readObjects();
    const labels = await (await archive.array("y")).read();
    const all = checkRows(objects, labels.data, "reuters.npz");
    const part = prepared(reordered(all, new NumpyRandom(seed).permutation(all.rows.length).data), options);
    const limits = limitsOf([part], options);
    const trainSize = Math.trunc(part.rows.length * (1 - testSplit));
    const of = (start: number, end?: number) =>
      [
        limited(part.rows.slice(start, end), limits, options),
        new NdArray(Int32Array.from(part.labels.slice(start, end))),
      ] as const;
    const [[xTrain, yTrain], [xTest, yTest]] = [of(0, trainSize), of(trainSize)];
    return { xTrain, yTrain, xTest, yTest };
  } finally {
    await archive.close();
  }
}

/**
 * The rank of each word, 1 for the most frequent; as Keras's `reuters.get_word_index`. In the news, `indexFrom` is added.
 *
 * @throws Error if no source gives the right file
 * @example
 * const index = await datasets.reuters.getWordIndex();
 * index.get("the");
 */
export async function getWordIndex(options: DatasetOptions & PathOption = {}): Promise<Map<string, number>> {
  const file = kerasFile("reuters_word_index.json", options, {
    hash: "4d44cc38712099c9e383dc6e5f11a921",
    bytes: 550_378,
  });
  return readWordIndex(await datasetFile(file, options, "Reuters words"));
}

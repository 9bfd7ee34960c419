import { NdArray } from "../arrays/ndarray.js";
import { NumpyRandom } from "../arrays/numpy-random.js";
import { readTarGz } from "../download/index.js";
import { datasetPackage, type PackagedOptions } from "./dataset-file.js";
import { checkTestSplit, type SplitOptions } from "./split-rows.js";

/** The names of the classes 0 and 1. */
export const classNames: readonly string[] = ["negative", "positive"];

export const licence = "MIT, © 2014 C.J. Hutto (vaderSentiment)";

/** Sentences with what people thought of them. */
export interface SentenceDataset {
  xTrain: string[];
  /** 1 for good, 0 for bad, `[sentences]`. */
  yTrain: NdArray<Uint8Array>;
  /** The mean of the ratings, -4 to 4, `[sentences]`. */
  ratingsTrain: NdArray<Float32Array>;
  xTest: string[];
  yTest: NdArray<Uint8Array>;
  ratingsTest: NdArray<Float32Array>;
}

export interface MovieReviewsOptions extends SplitOptions, PackagedOptions {
  /** Sentences whose mean is not further from 0 are left out. Default 0.5, which leaves 10,043 of 10,605; 0 leaves 10,568. */
  minRating?: number;
}

const pack = {
  registry: "pypi",
  name: "vaderSentiment",
  version: "0.5",
  file: "vaderSentiment-0.5.zip",
  sha256: "5d97c37f3ef6e24eef331122e055dbedafeb6a56abfce0608b326701116ea49a",
} as const;
const inner = "vaderSentiment-0.5/additional_resources/hutto_ICWSM_2014.tar.gz";
const table = "hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt";

/**
 * Sentences from reviews of films (Rotten Tomatoes, collected by Pang, Lee 2005), each rated from -4 to 4 by 20 people (Hutto,
 * Gilbert 2014, https://doi.org/10.1609/icwsm.v8i1.14550): 19 words on average, in English. A small stand-in for `imdb`: by
 * Naive Bayes 81 of 100 are told right, by small networks 76 to 77.
 *
 * They are in an old source archive of the PyPI package `vaderSentiment` (2.4 MB), which pip gets once; nothing is installed.
 *
 * @throws RangeError for another `testSplit` or `minRating`; Error without network, with what to get and where to put it
 *
 * @example
 * const { xTrain, yTrain } = await datasets.movieReviews.loadData();
 * const layer = textVectorization({ maxTokens: 10000, outputSequenceLength: 40 });
 * layer.adapt(xTrain);
 */
export async function loadData(options: MovieReviewsOptions = {}): Promise<SentenceDataset> {
  const { minRating = 0.5, testSplit = 0.2, seed = 113 } = options;
  checkTestSplit(testSplit);
  if (!(minRating >= 0 && minRating < 4))
    throw new RangeError(`minRating is a number from 0 up to, not including, 4, but got ${minRating}.`);
  const archive = await datasetPackage(pack, options, "Rated film sentences");
  const { [inner]: packed } = await archive.read([inner]);
  const { [table]: text } = await readTarGz(packed, [table]);
  const rated = readTable(text).filter(({ rating }) => Math.abs(rating) > minRating);

  const order = new NumpyRandom(seed).permutation(rated.length).data;
  const shuffled = Array.from(order, (place) => rated[place]!);
  const trainSize = Math.trunc(shuffled.length * (1 - testSplit));
  const parts = [shuffled.slice(0, trainSize), shuffled.slice(trainSize)];
  const [train, test] = parts.map((part) => ({
    x: part.map(({ sentence }) => sentence),
    y: new NdArray(Uint8Array.from(part, ({ rating }) => Number(rating > 0))),
    ratings: new NdArray(Float32Array.from(part, ({ rating }) => rating)),
  }));
  return {
    xTrain: train!.x,
    yTrain: train!.y,
    ratingsTrain: train!.ratings,
    xTest: test!.x,
    yTest: test!.y,
    ratingsTest: test!.ratings,
  };
}

/** Lines of a number, the mean rating, and the sentence. */
function readTable(bytes: Buffer): { rating: number; sentence: string }[] {
  return decode(bytes)
    .split(/\r?\n/)
    .filter((line) => line !== "")
    .map((line, i) => {
      const [, rating, sentence] = line.split("\t");
      if (sentence === undefined || !rating || !Number.isFinite(Number(rating)))
        throw new Error(
          `${table}, line ${i + 1}: expected a number, a rating and a sentence with tabs between.`,
        );
      return { rating: Number(rating), sentence: sentence.trim() };
    });
}

/** UTF-8, or, where that is damaged, Latin 1. */
function decode(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  return text.includes("\ufffd") ? bytes.toString("latin1") : text;
}

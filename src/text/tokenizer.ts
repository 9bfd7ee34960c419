import { NdArray } from "../arrays/ndarray.js";
import { Ragged } from "../arrays/ragged.js";
import { readTokenizer, tokenizerJson } from "./tokenizer-file.js";
import { defaultFilters, textToWordSequence, type WordOptions } from "./words.js";

const modes = ["binary", "count", "tfidf", "freq"] as const;

export interface TokenizerOptions extends WordOptions {
  /** Only the `numWords - 1` most frequent words count. Default: all. */
  numWords?: number | null;
  /** Every character is a word; `filters` does not apply. Default false. */
  charLevel?: boolean;
  /** Stands for words that are not known, or not among the first `numWords`; its index is 1. Default: they are left out. */
  oovToken?: string | null;
  /** The words of a text, in place of `textToWordSequence`. It is not kept by `toJson`. */
  analyzer?: (text: string) => readonly string[];
}

/** A text, or its words. */
export type TokenizerText = string | readonly string[];

/**
 * Makes numbers of texts as the lessons of Keras 1 and 2 do: the most frequent word is 1, 0 is for padding. As Keras's
 * `Tokenizer` (https://www.tensorflow.org/api_docs/python/tf/keras/preprocessing/text/Tokenizer); Keras 3 recommends
 * `textVectorization` instead.
 *
 * @example
 * const tokenizer = new Tokenizer({ numWords: 1000, oovToken: "<OOV>" });
 * tokenizer.fitOnTexts(["The cat sat.", "The dog sat."]);
 * tokenizer.textsToSequences(["the cow sat"]).toArray();      // [[2, 1, 3]]
 */
export class Tokenizer {
  numWords: number | null;
  readonly filters: string;
  readonly lower: boolean;
  readonly split: string;
  readonly charLevel: boolean;
  readonly oovToken: string | null;
  readonly analyzer: ((text: string) => readonly string[]) | undefined;
  /** How many texts were counted. */
  documentCount = 0;
  /** How often each word occurs, in the order in which they came. */
  wordCounts = new Map<string, number>();
  /** In how many texts each word occurs. */
  wordDocs = new Map<string, number>();
  /** The same by index. */
  indexDocs = new Map<number, number>();
  wordIndex = new Map<string, number>();
  indexWord = new Map<number, string>();

  /** @throws RangeError for a `numWords` that is no whole number */
  constructor(options: TokenizerOptions = {}) {
    const { numWords = null, filters = defaultFilters, lower = true, split = " " } = options;
    if (numWords !== null && !(Number.isInteger(numWords) && numWords >= 0))
      throw new RangeError(`numWords is a whole number, but ${numWords} was given.`);
    this.numWords = numWords;
    this.filters = filters;
    this.lower = lower;
    this.split = split;
    this.charLevel = options.charLevel ?? false;
    this.oovToken = options.oovToken ?? null;
    this.analyzer = options.analyzer;
  }

  /** Counts words; texts that are counted later change the indices. */
  fitOnTexts(texts: Iterable<TokenizerText>): void {
    for (const text of texts) {
      this.documentCount++;
      const words = this.wordsOf(text);
      for (const word of words) increment(this.wordCounts, word);
      for (const word of new Set(words)) increment(this.wordDocs, word);
    }
    const counts = [...this.wordCounts];
    counts.sort(([, a], [, b]) => b - a);
    const words = [...(this.oovToken === null ? [] : [this.oovToken]), ...counts.map(([word]) => word)];
    this.wordIndex = new Map(words.map((word, i) => [word, i + 1]));
    this.indexWord = new Map(Array.from(this.wordIndex, ([word, index]) => [index, word]));
    for (const [word, count] of this.wordDocs) this.indexDocs.set(this.wordIndex.get(word)!, count);
  }

  /** Counts in how many rows each index occurs, for `"tfidf"` of rows that have no texts. */
  fitOnSequences(sequences: Ragged | readonly ArrayLike<number>[]): void {
    this.documentCount += sequences.length;
    for (const row of sequences)
      for (const index of new Set(Array.from(row))) increment(this.indexDocs, index);
  }

  /** The indices of the words of each text. */
  textsToSequences(texts: Iterable<TokenizerText>): Ragged {
    const unknown = this.oovToken === null ? [] : [this.wordIndex.get(this.oovToken) ?? []].flat();
    return Ragged.from(
      Array.from(texts, (text) =>
        this.wordsOf(text).flatMap((word) => {
          const index = this.wordIndex.get(word);
          return index === undefined || (this.numWords && index >= this.numWords) ? unknown : index;
        }),
      ),
    );
  }

  /** The words of rows of indices, joined by spaces. */
  sequencesToTexts(sequences: Ragged | readonly ArrayLike<number>[]): string[] {
    const unknownIndex = this.oovToken === null ? undefined : this.wordIndex.get(this.oovToken);
    const unknown = unknownIndex === undefined ? [] : [this.indexWord.get(unknownIndex)!];
    return Array.from(sequences, (row: ArrayLike<number>) =>
      Array.from(row)
        .flatMap((index) => {
          const word = this.indexWord.get(index);
          return word === undefined || (this.numWords && index >= this.numWords) ? unknown : word;
        })
        .join(" "),
    );
  }

  /** As `sequencesToMatrix`, of texts. */
  textsToMatrix(
    texts: Iterable<TokenizerText>,
    mode: (typeof modes)[number] = "binary",
  ): NdArray<Float32Array> {
    return this.sequencesToMatrix(this.textsToSequences(texts), mode);
  }

  /**
   * A column for each word: whether it occurs (`"binary"`), how often (`"count"`), its share of the row (`"freq"`), or
   * (1 + ln count) x ln(1 + texts / (1 + texts with it)) (`"tfidf"`).
   *
   * @returns `[rows, numWords]` in JavaScript's memory (all words + 1 columns without `numWords`); column 0 is for padding
   * @throws Error if no text was counted where that is needed; RangeError for another mode
   */
  sequencesToMatrix(
    sequences: Ragged | readonly ArrayLike<number>[],
    mode: (typeof modes)[number] = "binary",
  ): NdArray<Float32Array> {
    if (!modes.includes(mode))
      throw new RangeError(`mode is one of ${modes.join(", ")}, but got "${mode as string}".`);
    const width = this.numWords || this.wordIndex.size + 1;
    if (width === 1 || (mode === "tfidf" && this.documentCount === 0))
      throw new Error(
        `There are no words yet${mode === "tfidf" ? "" : ", nor numWords"}: call fitOnTexts first.`,
      );
    const data = new Float32Array(sequences.length * width);
    let start = 0;
    for (const row of sequences) {
      const counts = new Map<number, number>();
      for (const index of Array.from(row)) if (index < width) increment(counts, index);
      for (const [index, count] of counts) data[start + index] = this.weigh(mode, index, count, row.length);
      start += width;
    }
    return new NdArray(data, [sequences.length, width]);
  }

  /** What Keras's `to_json` writes and `tokenizer_from_json` reads. */
  toJson(): string {
    return tokenizerJson(this);
  }

  /** Reads what `toJson`, or Keras's `to_json`, wrote. @throws Error for anything else */
  static fromJson(json: string): Tokenizer {
    const { options, ...counted } = readTokenizer(json);
    return Object.assign(new Tokenizer(options), counted);
  }

  private weigh(mode: (typeof modes)[number], index: number, count: number, length: number): number {
    if (mode === "binary") return 1;
    if (mode === "count") return count;
    if (mode === "freq") return count / length;
    return (1 + Math.log(count)) * Math.log(1 + this.documentCount / (1 + (this.indexDocs.get(index) ?? 0)));
  }

  private wordsOf(text: TokenizerText): readonly string[] {
    const lower = (word: string): string => (this.lower ? word.toLowerCase() : word);
    if (typeof text !== "string") return text.map(lower);
    if (this.charLevel) return Array.from(lower(text));
    return this.analyzer ? this.analyzer(text) : textToWordSequence(text, this);
  }
}

function increment<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

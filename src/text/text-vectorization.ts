import { NdArray, isTensor } from "../arrays/ndarray.js";
import { Ragged } from "../arrays/ragged.js";
import { readTexts, type Texts, type TextRows } from "./texts.js";
import { TokenCounts } from "./token-counts.js";
import {
  checkOptions,
  type OutputMode,
  type TextVectorizationOptions,
} from "./text-vectorization-options.js";
import { ngramsOf, splitter, standardizer } from "./tokens.js";
import { tokensOfFile, unknownToken, Vocabulary } from "./vocabulary.js";

/** A data set of batches of texts, for `adaptDataset`. */
export type TextDataset =
  AsyncIterable<Texts> | { forEachAsync(use: (batch: unknown) => void): Promise<void> };

/** What `textVectorization` makes. */
export class TextVectorization<Output extends NdArray | Ragged = NdArray> {
  readonly #options: TextVectorizationOptions;
  readonly #mode: OutputMode;
  readonly #standardize: (text: string) => string;
  readonly #split: ((text: string) => readonly string[]) | undefined;
  readonly #widths: readonly number[] | undefined;
  readonly #special: readonly string[];
  #counts: TokenCounts | undefined = new TokenCounts();
  #vocabulary: Vocabulary | undefined;
  #weights: Float32Array | undefined;

  constructor(options: TextVectorizationOptions = {}) {
    const { standardize, split, ngrams, outputMode, maxTokens, vocabulary } = options;
    this.#options = options;
    this.#mode = outputMode ?? "int";
    this.#standardize = standardizer(standardize === undefined ? "lower_and_strip_punctuation" : standardize);
    this.#split = splitter(split === undefined ? "whitespace" : split);
    this.#widths =
      typeof ngrams === "number" ? Array.from({ length: ngrams }, (_, i) => i + 1) : (ngrams ?? undefined);
    this.#special = this.#mode === "int" ? ["", unknownToken] : [unknownToken];
    checkOptions(options, this.#mode, this.#widths);
    if (maxTokens != null && maxTokens <= this.#special.length)
      throw new RangeError(
        `maxTokens counts ${JSON.stringify(this.#special)}, too, so ${maxTokens} leaves no place for a token.`,
      );
    if (vocabulary != null) {
      this.setVocabulary(vocabulary, options.idfWeights);
      this.#counts = undefined;
    }
  }

  /**
   * Learns the vocabulary: the most frequent tokens first, of equally frequent ones those that come last in the order of UTF-8.
   * What was learned before is forgotten.
   *
   * @throws Error if the vocabulary was given; TypeError for what is no text, RangeError if there is no token at all
   */
  adapt(texts: Texts): this {
    this.resetState();
    this.updateState(texts);
    return this.finalizeState();
  }

  /** As `adapt`, of batches: an async generator, or a data set of `tf.data`, whose tensors are disposed. */
  async adaptDataset(dataset: TextDataset, steps = Infinity): Promise<this> {
    this.resetState();
    let step = 0;
    const use = (batch: Texts): void => {
      if (step++ < steps) this.updateState(batch);
      if (isTensor(batch)) batch.dispose();
    };
    if ("forEachAsync" in dataset) await dataset.forEachAsync((batch) => use(batch as Texts));
    else
      for await (const batch of dataset) {
        use(batch);
        if (step >= steps) break;
      }
    return this.finalizeState();
  }

  /** Counts the tokens of a batch; `finalizeState` makes the vocabulary of what was counted. */
  updateState(texts: Texts): void {
    if (!this.#counts)
      throw new Error(
        "The vocabulary was given, so there is nothing to adapt: leave vocabulary out, or adapt.",
      );
    const { rank, rows } = readTexts(texts);
    this.#counts.add(this.#tokens({ rank: rank === 1 ? 2 : rank, rows }));
  }

  finalizeState(): this {
    const room = (this.#options.maxTokens ?? Infinity) - this.#special.length;
    const counts = this.#counts ?? new TokenCounts();
    const tokens = counts.mostFrequent(room, ["", unknownToken]);
    if (tokens.length === 0)
      throw new RangeError("There is no token in these texts, so there is no vocabulary.");
    this.#vocabulary = new Vocabulary(tokens, this.#special);
    if (this.#mode === "tf_idf") this.#setWeights(tokens.map((token) => counts.inverseFrequency(token)));
    this.resetState();
    return this;
  }

  /** Forgets what `updateState` has counted. */
  resetState(): void {
    if (this.#counts) this.#counts = new TokenCounts();
  }

  /**
   * @param vocabulary tokens, or a file with one a line; it may begin with what stands for padding and unknown tokens
   * @throws RangeError for repeated tokens, more than `maxTokens`, or weights that are missing or not equally many
   */
  setVocabulary(vocabulary: readonly string[] | string, idfWeights?: ArrayLike<number> | null): void {
    const given = typeof vocabulary === "string" ? tokensOfFile(vocabulary) : vocabulary;
    if ((this.#mode === "tf_idf") !== (idfWeights != null))
      throw new RangeError(
        'idfWeights are given with a vocabulary for the output mode "tf_idf", and for no other.',
      );
    if (idfWeights && idfWeights.length !== given.length)
      throw new RangeError(
        `There are ${given.length} tokens in the vocabulary, but ${idfWeights.length} idfWeights.`,
      );
    const hasSpecial = this.#special.every((token, i) => given[i] === token);
    const made = new Vocabulary(hasSpecial ? given.slice(this.#special.length) : given, this.#special);
    const { maxTokens } = this.#options;
    if (maxTokens != null && made.size > maxTokens)
      throw new RangeError(`The vocabulary has ${made.size} tokens, but maxTokens is ${maxTokens}.`);
    this.#vocabulary = made;
    if (idfWeights) this.#setWeights(Array.from(idfWeights));
  }

  /** All tokens by their index; `includeSpecialTokens` false leaves out what stands for padding and unknown ones. */
  getVocabulary(includeSpecialTokens = true): string[] {
    return [...(includeSpecialTokens ? this.#special : []), ...(this.#vocabulary?.tokens ?? [])];
  }

  /** With what stands for padding and unknown tokens. */
  vocabularySize(): number {
    return this.#vocabulary?.size ?? this.#special.length;
  }

  /**
   * The indices or columns for texts: `[texts, steps]` of int32, `[texts, tokens]` of int32 (float32 for `"tf_idf"`), or a
   * `Ragged`. One text alone gives one row, without the first axis.
   *
   * @throws Error before there is a vocabulary; TypeError for what is no text
   */
  apply(texts: Texts): Output {
    const vocabulary = this.#vocabulary;
    if (!vocabulary)
      throw new Error("There is no vocabulary yet: call adapt(texts) first, or give vocabulary.");
    const read = readTexts(texts);
    const rows = this.#tokens(read).map((row) => indicesOf(row, vocabulary));
    const array = this.#mode === "int" ? this.#sequences(rows) : this.#columns(rows, vocabulary.size);
    // Tokens given in a list are one row, texts in a list are a row each.
    const isOne = read.rank === 0 || (read.rank === 1 && !this.#split);
    return (array instanceof NdArray && isOne ? array.at(0) : array) as Output;
  }

  #tokens({ rank, rows }: TextRows): string[][] {
    const split = this.#split;
    let tokens: string[][];
    if (split)
      tokens = rows.map((row, i) => {
        if (row.length !== 1)
          throw new RangeError(
            `Texts are given as [n] or [n, 1], but row ${i} has ${row.length}. Rows of tokens need split: null.`,
          );
        return [...split(this.#standardize(row[0]!))];
      });
    else tokens = (rank === 1 ? [rows.flat()] : rows).map((row) => row.map(this.#standardize));
    return this.#widths ? tokens.map((row) => ngramsOf(row, this.#widths!)) : tokens;
  }

  #sequences(rows: readonly number[][]): NdArray | Ragged {
    const { ragged = false, outputSequenceLength } = this.#options;
    const length = outputSequenceLength ?? Infinity;
    if (ragged) return Ragged.from(rows.map((row) => row.slice(0, length)));
    const steps = outputSequenceLength ?? rows.reduce((longest, row) => Math.max(longest, row.length), 0);
    const data = new Int32Array(rows.length * steps);
    rows.forEach((row, i) => data.set(row.slice(0, steps), i * steps));
    return new NdArray(data, [rows.length, steps]);
  }

  #columns(rows: readonly number[][], size: number): NdArray {
    const width = this.#options.padToMaxTokens ? this.#options.maxTokens! : size;
    const weights = this.#weights;
    const data = new (this.#mode === "tf_idf" ? Float32Array : Int32Array)(rows.length * width);
    rows.forEach((row, i) => {
      for (const index of row)
        if (this.#mode === "multi_hot") data[i * width + index] = 1;
        else data[i * width + index]!++;
    });
    if (this.#mode === "tf_idf") data.forEach((count, i) => (data[i] = count * weights![i % width]!));
    return new NdArray<Int32Array | Float32Array>(data, [rows.length, width]);
  }

  /** Unknown tokens get the mean; what stands for no token at all gets 0. */
  #setWeights(given: readonly number[]): void {
    const { maxTokens, padToMaxTokens = false } = this.#options;
    const size = this.#vocabulary!.size;
    const weights = new Float32Array(padToMaxTokens ? maxTokens! : size);
    weights.set(given, size - given.length);
    const mean = given.reduce((sum, weight) => sum + weight, 0) / given.length;
    weights.fill(mean, 0, size - given.length);
    this.#weights = weights;
  }
}

function indicesOf(tokens: readonly string[], vocabulary: Vocabulary): number[] {
  return tokens.flatMap((token) => vocabulary.indexOf(token) ?? []);
}

/**
 * Makes numbers of texts: each text is standardized, split into tokens, and each token becomes its index in a vocabulary that
 * `adapt` learns or that is given. As Keras's `TextVectorization`
 * (https://keras.io/api/layers/preprocessing_layers/text/text_vectorization/), with its numbers. Functions of one's own take
 * one text each. It calculates outside of the model; `fit` takes what `apply` gives.
 *
 * @throws RangeError for options that make no sense
 *
 * @example
 * const vectorizer = textVectorization({ maxTokens: 5000, outputSequenceLength: 4 });
 * vectorizer.adapt(["foo bar", "bar baz", "baz bada boom"]);
 * vectorizer.apply(["foo qux bar", "qux baz"]).toArray();      // [[4, 1, 3, 0], [1, 2, 0, 0]]
 */
export function textVectorization(
  options: TextVectorizationOptions & { ragged: true },
): TextVectorization<Ragged>;
export function textVectorization(options?: TextVectorizationOptions): TextVectorization;
export function textVectorization(
  options: TextVectorizationOptions = {},
): TextVectorization<NdArray | Ragged> {
  return new TextVectorization<NdArray | Ragged>(options);
}

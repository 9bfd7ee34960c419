import { inspect } from "node:util";
import type { Split, Standardize } from "./tokens.js";

const outputModes = ["int", "multi_hot", "count", "tf_idf"] as const;
export type OutputMode = (typeof outputModes)[number];

export interface TextVectorizationOptions {
  /** Size of the vocabulary at most, what stands for padding and unknown tokens included. Default: no limit. */
  maxTokens?: number | null;
  /** What is done to each text first; default `"lower_and_strip_punctuation"` (of ASCII, as in Keras). */
  standardize?: Standardize;
  /** How a text becomes tokens; default `"whitespace"`. Without (`null`), rows of tokens are given. */
  split?: Split;
  /** Runs of so many tokens become tokens: 2 is single ones and pairs, `[2]` pairs alone. Default: single ones. */
  ngrams?: number | readonly number[] | null;
  /** Indices in order (`"int"`, the default), or a column for each token: whether, how often, or how often weighed by rarity. */
  outputMode?: OutputMode;
  /** Rows of indices are cut or filled up to this length. Default: the longest row's. */
  outputSequenceLength?: number | null;
  /** There are `maxTokens` columns even if the vocabulary is smaller. Default false. */
  padToMaxTokens?: boolean;
  /** The tokens, or a file with one a line, in place of `adapt`. */
  vocabulary?: readonly string[] | string | null;
  /** How much each token of `vocabulary` counts, for `"tf_idf"`. */
  idfWeights?: ArrayLike<number> | null;
  /** Rows of indices stay as long as they are: a `Ragged` comes out. Default false. */
  ragged?: boolean;
}

/** @throws RangeError for options that make no sense, alone or together */
export function checkOptions(
  options: TextVectorizationOptions,
  mode: string,
  widths: readonly number[] | undefined,
): void {
  const { maxTokens, outputSequenceLength, padToMaxTokens, ragged } = options;
  if (!(outputModes as readonly string[]).includes(mode))
    throw new RangeError(`outputMode is one of ${outputModes.join(", ")}, but got ${inspect(mode)}.`);
  if (widths?.every((width) => Number.isInteger(width) && width > 0) === false || widths?.length === 0)
    throw new RangeError(
      `ngrams is a whole number from 1 up or a list of such, but got ${inspect(options.ngrams)}.`,
    );
  for (const [name, value] of Object.entries({ maxTokens, outputSequenceLength }))
    if (value != null && !(Number.isInteger(value) && value > 0))
      throw new RangeError(`${name} is a whole number from 1 up, but got ${inspect(value)}.`);
  if (mode !== "int" && (outputSequenceLength != null || ragged))
    throw new RangeError(
      `outputSequenceLength and ragged are for the output mode "int", but it is "${mode}".`,
    );
  if (padToMaxTokens && maxTokens == null) throw new RangeError("padToMaxTokens needs maxTokens.");
}

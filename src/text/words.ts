import { createHash } from "node:crypto";

/** What Keras takes for separators of words, if it is not told otherwise. */
export const defaultFilters = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n';

export interface WordOptions {
  /** Characters that separate words, as `split` does. Default: punctuation but `'`, tabs and line ends. */
  filters?: string;
  /** Default true. */
  lower?: boolean;
  /** What separates words. Default a space. */
  split?: string;
}

/**
 * The words of a text. As `text_to_word_sequence` of Keras 2
 * (https://www.tensorflow.org/api_docs/python/tf/keras/preprocessing/text/text_to_word_sequence).
 *
 * @throws RangeError for an empty `split`
 *
 * @example
 * textToWordSequence("The cat sat; the mat.");      // ["the", "cat", "sat", "the", "mat"]
 */
export function textToWordSequence(text: string, options: WordOptions = {}): string[] {
  const { filters = defaultFilters, lower = true, split = " " } = options;
  if (split === "") throw new RangeError('split is what separates words, but "" was given.');
  const separators = new Set(filters);
  let line = "";
  for (const character of lower ? text.toLowerCase() : text)
    line += separators.has(character) ? split : character;
  return line.split(split).filter((word) => word !== "");
}

export interface HashingTrickOptions extends WordOptions {
  /** `"md5"` (default: Python's own `hash` differs from run to run), or a function to a whole number. */
  hashFunction?: "md5" | ((word: string) => number | bigint);
  /** The words of a text, in place of `textToWordSequence`. */
  analyzer?: (text: string) => string[];
}

/**
 * The words of a text as numbers from 1 to `n - 1` by their hash, without any vocabulary; words may share a number. As
 * `hashing_trick` of Keras 2 with `hash_function="md5"`, of which `one_hot` is another name
 * (https://www.tensorflow.org/api_docs/python/tf/keras/preprocessing/text/hashing_trick).
 *
 * @throws RangeError unless `n` is a whole number from 2 up
 *
 * @example
 * hashingTrick("the cat the", 50);      // [43, 32, 43]
 */
export function hashingTrick(text: string, n: number, options: HashingTrickOptions = {}): number[] {
  if (!Number.isInteger(n) || n < 2)
    throw new RangeError(`n is a whole number from 2 up, but ${n} was given.`);
  const { hashFunction = "md5", analyzer } = options;
  const hash = hashFunction === "md5" ? md5 : hashFunction;
  const buckets = BigInt(n - 1);
  return (analyzer ? analyzer(text) : textToWordSequence(text, options)).map((word) => {
    const rest = BigInt(hash(word)) % buckets;
    return Number(rest < 0n ? rest + buckets : rest) + 1;
  });
}

const md5 = (word: string): bigint => BigInt(`0x${createHash("md5").update(word).digest("hex")}`);

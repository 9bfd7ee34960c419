import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import type { NestedNumbers } from "../../src/arrays/ndarray.js";
import type { TextVectorizationOptions, TokenizerOptions } from "../../src/text/index.js";

/** What test/fixtures/keras/text.py has Keras make of texts. */
export const keras = JSON.parse(readFileSync("test/fixtures/keras/text.json", "utf8")) as {
  texts: string[];
  words: string[][];
  unseenTexts: string[];
  padded: { rows: number[][]; options: object; result: NestedNumbers }[];
  vectorized: {
    options: TextVectorizationOptions;
    vocabulary: string[];
    plainVocabulary: string[];
    size: number;
    seen: number[][];
    unseen: number[][];
    one: number[];
    column?: number[][];
  }[];
  tokenized: {
    options: TokenizerOptions;
    file: string;
    documentCount: number;
    wordCounts: [string, number][];
    wordIndex: [string, number][];
    wordDocs: [string, number][];
    indexDocs: [number, number][];
    sequences: number[][];
    texts: string[];
    matrices: Record<"binary" | "count" | "tfidf" | "freq", number[][]>;
  }[];
  fitOnSequences: number[][];
  wordSequences: string[][];
  hashed: number[][];
};

/** Whether nested numbers are the same up to single precision. */
export function assertNear(actual: NestedNumbers, expected: NestedNumbers, where = "result"): void {
  if (!Array.isArray(actual) || !Array.isArray(expected)) {
    const isNear = Math.abs(Number(actual) - Number(expected)) <= 2e-6 * Math.abs(Number(expected));
    assert.ok(isNear, `${where}: ${inspect(actual)}, but Keras has ${inspect(expected)}`);
    return;
  }
  assert.equal(actual.length, expected.length, where);
  actual.forEach((part: NestedNumbers, i) =>
    assertNear(part, expected[i] as NestedNumbers, `${where}[${i}]`),
  );
}

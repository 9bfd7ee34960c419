import assert from "node:assert/strict";
import { hashingTrick, textToWordSequence, Tokenizer } from "../../src/text/index.js";
import { assertNear, keras } from "./numbers.js";

const listed = ["Cat", "listed word"];
const fitted = (options: object): Tokenizer => {
  const tokenizer = new Tokenizer(options);
  tokenizer.fitOnTexts(keras.texts.slice(0, 4));
  tokenizer.fitOnTexts([...keras.texts.slice(4), [...listed, "7"]]);
  return tokenizer;
};
const sorted = <Key>(map: Map<Key, number>): [Key, number][] =>
  [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));

/** A file's maps, which are JSON in JSON, as values. */
function content(json: string): unknown {
  const { class_name: name, config } = JSON.parse(json) as { class_name: string; config: object };
  const parse = (value: unknown): unknown =>
    typeof value === "string" && value.startsWith("{") ? JSON.parse(value) : value;
  return [name, Object.entries(config).map(([key, value]) => [key, parse(value)])];
}

describe("text: Tokenizer", () => {
  for (const expected of keras.tokenized) {
    it(`is Keras's with ${JSON.stringify(expected.options)}`, () => {
      const tokenizer = fitted(expected.options);
      const inputs = [...keras.unseenTexts, [...listed, "never"]];
      assert.equal(tokenizer.documentCount, expected.documentCount);
      assert.deepEqual([...tokenizer.wordCounts], expected.wordCounts);
      assert.deepEqual([...tokenizer.wordIndex], expected.wordIndex);
      assert.deepEqual(new Map(tokenizer.wordDocs), new Map(expected.wordDocs));
      assert.deepEqual(sorted(tokenizer.indexDocs), expected.indexDocs);
      assert.deepEqual(tokenizer.textsToSequences(inputs).toArray(), expected.sequences);
      assert.deepEqual(tokenizer.sequencesToTexts([...expected.sequences, [0, 1, 1000]]), expected.texts);
      for (const mode of ["binary", "count", "tfidf", "freq"] as const) {
        const matrix = tokenizer.textsToMatrix([...keras.texts.slice(0, 2), ...inputs], mode);
        assertNear(matrix.toArray(), expected.matrices[mode], mode);
      }
    });

    it(`writes and reads Keras's files with ${JSON.stringify(expected.options)}`, () => {
      const tokenizer = fitted(expected.options);
      assert.deepEqual(content(tokenizer.toJson()), content(expected.file));
      for (const file of [expected.file, tokenizer.toJson()]) {
        const read = Tokenizer.fromJson(file);
        assert.deepEqual([...read.wordCounts], expected.wordCounts);
        assert.deepEqual(read.wordIndex, tokenizer.wordIndex);
        assert.deepEqual(read.indexWord, tokenizer.indexWord);
        assert.deepEqual(read.indexDocs, tokenizer.indexDocs);
        assert.deepEqual(content(read.toJson()), content(expected.file));
        const matrix = read.textsToMatrix(keras.texts, "tfidf").toArray();
        assert.deepEqual(matrix, tokenizer.textsToMatrix(keras.texts, "tfidf").toArray());
      }
    });
  }

  it("takes an analyzer, and rows without texts", () => {
    const tokenizer = new Tokenizer({ analyzer: (text) => text.split("") });
    tokenizer.fitOnTexts(["ABA"]);
    assert.deepEqual(tokenizer.textsToSequences(["BAC"]).toArray(), [[2, 1]]);
    const onlySequences = new Tokenizer({ numWords: 6 });
    onlySequences.fitOnSequences([[1, 2, 2], [2, 5], [9]]);
    const matrix = onlySequences.sequencesToMatrix(
      [
        [1, 2, 2, 9],
        [5, 3],
      ],
      "tfidf",
    );
    assertNear(matrix.toArray(), keras.fitOnSequences);
  });

  it("says what is wrong", () => {
    assert.throws(() => new Tokenizer({ numWords: 0.5 }), /numWords is a whole number, but 0.5/);
    assert.throws(() => new Tokenizer().textsToMatrix(["a"]), /no words yet, nor numWords: call fitOnTexts/);
    assert.throws(
      () => new Tokenizer({ numWords: 9 }).textsToMatrix(["a"], "tfidf"),
      /call fitOnTexts first/,
    );
    assert.throws(() => fitted({}).textsToMatrix(["a"], "tf" as "freq"), /mode is one of .*but got "tf"/);
    assert.throws(() => new Tokenizer({ split: "" }).fitOnTexts(["a"]), /split is what separates words/);
    const wrong = (json: string): unknown => Tokenizer.fromJson(json);
    const file = fitted({}).toJson();
    assert.throws(() => wrong("{"), /The text is no JSON/);
    assert.throws(() => wrong("null"), /not what a Tokenizer's toJson writes/);
    assert.throws(() => wrong(file.replace("num_words", "words")), /has num_words, but here it is undefined/);
    assert.throws(
      () => wrong(file.replace(/"word_counts":"{/, '"word_counts":"[')),
      /word_counts is no JSON/,
    );
    assert.throws(() => wrong(file.replace(/\\"cat\\": 5/, String.raw`\"cat\": \"5\"`)), /"cat" is "5"/);
  });

  it("has the functions of its words", () => {
    assert.deepEqual(
      keras.texts.map((text) => textToWordSequence(text)),
      keras.wordSequences,
    );
    assert.deepEqual(
      keras.texts.map((text) => hashingTrick(text, 50)),
      keras.hashed,
    );
    assert.deepEqual(hashingTrick("the cat the", 50), [43, 32, 43]);
    assert.deepEqual(hashingTrick("b a", 3, { hashFunction: (word) => word.charCodeAt(0) }), [1, 2]);
    assert.throws(() => hashingTrick("a", 1), /n is a whole number from 2 up, but 1/);
  });
});

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pl from "nodejs-polars";
import { tf } from "../../src/keras/load.js";
import { textVectorization, type TextVectorizationOptions } from "../../src/text/index.js";
import { assertNear, keras } from "./numbers.js";

describe("text: textVectorization", () => {
  for (const expected of keras.vectorized)
    it(`is Keras's with ${JSON.stringify(expected.options)}`, () => {
      const { options } = expected;
      const vectorizer = textVectorization(options);
      const isSplit = options.split !== null;
      const seen = isSplit ? keras.texts : keras.words;
      if (!options.vocabulary) vectorizer.adapt(seen);
      assert.deepEqual(vectorizer.getVocabulary(), expected.vocabulary);
      assert.deepEqual(vectorizer.getVocabulary(false), expected.plainVocabulary);
      assert.equal(vectorizer.vocabularySize(), expected.size);
      assertNear(vectorizer.apply(seen).toArray(), expected.seen);
      assertNear(vectorizer.apply(keras.unseenTexts).toArray(), expected.unseen);
      const one = vectorizer.apply(isSplit ? "the cat sat" : ["cat", "the", "cat"]).toArray();
      assertNear(options.ragged ? (one as number[][])[0]! : one, expected.one);
      if (!expected.column) return;
      const column = vectorizer.apply(keras.unseenTexts.map((text) => [text]));
      assertNear(column.toArray(), expected.column);
    });

  it("is what its example says", () => {
    const vectorizer = textVectorization({ maxTokens: 5000, outputSequenceLength: 4 });
    vectorizer.adapt(["foo bar", "bar baz", "baz bada boom"]);
    assert.deepEqual(vectorizer.apply(["foo qux bar", "qux baz"]).toArray(), [
      [4, 1, 3, 0],
      [1, 2, 0, 0],
    ]);
  });

  it("takes functions, one text each", () => {
    const vectorizer = textVectorization({
      standardize: (text) => text.replaceAll("<br />", " "),
      split: (text) => text.split("|"),
    }).adapt(["a b|c", "c|<br />"]);
    assert.deepEqual(vectorizer.getVocabulary(), ["", "[UNK]", "c", "a b", " "]);
    const wrong = (options: object): unknown => textVectorization(options).adapt(["ab"]);
    assert.throws(() => wrong({ standardize: () => 5 }), /standardize gives a text, but made 5 of 'ab'/);
    assert.throws(() => wrong({ split: () => "a" }), /split gives a list of texts, but made 'a' of 'ab'/);
  });

  it("adapts to columns, tensors, batches and data sets, and disposes what a data set gives", async () => {
    const texts = ["b a", "a", "c c c"];
    const expected = textVectorization().adapt(texts).getVocabulary();
    assert.deepEqual(expected, ["", "[UNK]", "c", "a", "b"]);
    const before = tf.memory().numTensors;
    const tensor = tf.tensor1d(texts);
    assert.deepEqual(textVectorization().adapt(tensor).getVocabulary(), expected);
    assert.deepEqual(textVectorization().adapt(pl.Series("text", texts)).getVocabulary(), expected);
    const byBatches = textVectorization();
    byBatches.updateState(texts.slice(0, 2));
    byBatches.updateState([[texts[2]!]]);
    assert.deepEqual(byBatches.finalizeState().getVocabulary(), expected);
    tensor.dispose();
    const dataset = tf.data.array(texts).batch(2);
    const adapted = await textVectorization({ outputMode: "tf_idf" }).adaptDataset(dataset);
    assert.deepEqual(adapted.getVocabulary(false), expected.slice(2));
    const rows = textVectorization({ outputMode: "tf_idf" }).adapt(texts).apply(texts);
    assert.deepEqual(adapted.apply(texts).toArray(), rows.toArray());
    assert.equal(tf.memory().numTensors, before);
    const batches = (async function* (): AsyncGenerator<string[]> {
      for (;;) yield texts;
    })();
    const stepped = await textVectorization().adaptDataset(batches, 3);
    assert.deepEqual(stepped.getVocabulary(), expected);
    assert.deepEqual(stepped.adapt(["z"]).getVocabulary(), ["", "[UNK]", "z"]);
  });

  it("reads a vocabulary from a file", () => {
    const folder = mkdtempSync(join(tmpdir(), "manabi-vocabulary-"));
    try {
      const file = join(folder, "words.txt");
      writeFileSync(file, "the\r\ncat\n");
      const vectorizer = textVectorization({ vocabulary: file });
      assert.deepEqual(vectorizer.getVocabulary(), ["", "[UNK]", "the", "cat"]);
      assert.deepEqual(vectorizer.apply("the cat ate").toArray(), [2, 3, 1]);
      assert.throws(() => textVectorization({ vocabulary: join(folder, "none") }), /ENOENT/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("says what is wrong", () => {
    const wrong = (options: object, texts: unknown = ["a"]): unknown =>
      textVectorization(options as TextVectorizationOptions)
        .adapt(texts as string[])
        .apply(texts as string[]);
    assert.throws(() => wrong({ outputMode: "ints" }), /outputMode is one of int, .*but got 'ints'/);
    assert.throws(() => wrong({ standardize: "upper" }), /standardize is .*"lower".*but got 'upper'/);
    assert.throws(() => wrong({ split: "comma" }), /split is "whitespace", .*but got 'comma'/);
    assert.throws(() => wrong({ ngrams: 0 }), /ngrams is a whole number from 1 up .*but got 0/);
    assert.throws(() => wrong({ ngrams: [1, 0.5] }), /ngrams/);
    assert.throws(() => wrong({ maxTokens: 2 }), /2 leaves no place for a token/);
    assert.throws(() => wrong({ maxTokens: -1 }), /maxTokens is a whole number from 1 up, but got -1/);
    assert.throws(() => wrong({ outputSequenceLength: 0 }), /outputSequenceLength/);
    assert.throws(() => wrong({ outputMode: "count", ragged: true }), /for the output mode "int"/);
    assert.throws(
      () => wrong({ outputMode: "count", padToMaxTokens: true }),
      /padToMaxTokens needs maxTokens/,
    );
    assert.throws(() => wrong({}, [["a", "b"]]), /row 0 has 2. Rows of tokens need split: null/);
    assert.throws(() => wrong({}, ["a", null]), /number 1 is null.*fillNull/);
    assert.throws(() => wrong({}, [["a"], "b"]), /row 1 is 'b'/);
    assert.throws(() => wrong({}, 5), /Expected a text or a list of texts, but got 5/);
    assert.throws(() => wrong({}, ["", " ! "]), /no token in these texts/);
    assert.throws(() => wrong({}, []), /no token in these texts/);
    assert.throws(() => textVectorization().apply("a"), /no vocabulary yet: call adapt/);
    const vocabulary = ["a", "b"];
    assert.throws(() => wrong({ vocabulary }), /The vocabulary was given, so there is nothing to adapt/);
    assert.throws(() => wrong({ vocabulary: [] }), /this one is empty/);
    assert.throws(() => wrong({ vocabulary: ["a", "b", "a"] }), /"a" is there repeatedly/);
    assert.throws(() => wrong({ vocabulary: ["a", ""] }), /need not have ""/);
    assert.throws(() => wrong({ vocabulary, maxTokens: 3 }), /has 4 tokens, but maxTokens is 3/);
    assert.throws(
      () => wrong({ vocabulary, outputMode: "tf_idf" }),
      /idfWeights are given with a vocabulary/,
    );
    assert.throws(() => wrong({ vocabulary, idfWeights: [1, 2] }), /for no other/);
    assert.throws(
      () => wrong({ vocabulary, outputMode: "tf_idf", idfWeights: [1] }),
      /2 tokens in the vocabulary, but 1 idfWeights/,
    );
  });
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import pl from "nodejs-polars";
import { kFold, stratifiedKFold, type Fold } from "../../src/arrays/folds.js";
import { NdArray } from "../../src/arrays/ndarray.js";
import { Ragged } from "../../src/arrays/ragged.js";
import { trainTestSplit } from "../../src/arrays/train-test-split.js";
import { setRandomSeed } from "../../src/tfjs/random-state.js";

/** What test/fixtures/keras/folds.py has scikit-learn give. */
const sklearn = JSON.parse(readFileSync("test/fixtures/keras/folds.json", "utf8")) as {
  plain: { count: number; nSplits: number; seed: number | null; tests: number[][] }[];
  stratified: { labels: number[] | string[]; nSplits: number; seed: number | null; tests: number[][] }[];
  splits: { y: number[]; testSize: number; sizes: [number[], number[]] }[];
  counts: { count: number; testSize: number; test: number }[];
};
const optionsOf = ({ nSplits, seed }: { nSplits: number; seed: number | null }) =>
  seed === null ? { nSplits } : { nSplits, shuffle: true, seed };

function assertParts(folds: Fold[], expected: number[][], count: number): void {
  assert.deepEqual(
    folds.map(({ test }) => [...test]),
    expected,
  );
  for (const { train, test } of folds)
    assert.deepEqual(
      [...train, ...test].toSorted((a, b) => a - b),
      Array.from({ length: count }, (_, i) => i),
    );
}

describe("arrays: cross-validation", () => {
  it("kFold has scikit-learn's parts, shuffled ones too", () => {
    for (const fold of sklearn.plain) assertParts(kFold(fold.count, optionsOf(fold)), fold.tests, fold.count);
  });

  it("stratifiedKFold has scikit-learn's parts, shuffled ones too", () => {
    const { warn } = console;
    console.warn = () => {};
    try {
      for (const fold of sklearn.stratified)
        assertParts(stratifiedKFold(fold.labels, optionsOf(fold)), fold.tests, fold.labels.length);
    } finally {
      console.warn = warn;
    }
  });

  it("takes the samples as they come", () => {
    const expected = kFold(4, { nSplits: 2 });
    assert.deepEqual(kFold(new NdArray(new Float32Array(8), [4, 2]), { nSplits: 2 }), expected);
    assert.deepEqual(kFold(Ragged.from([[1], [], [2, 3], [4]]), { nSplits: 2 }), expected);
    assert.deepEqual(kFold(pl.DataFrame({ name: ["a", "b", "c", "d"] }), { nSplits: 2 }), expected);
    const labels = stratifiedKFold(pl.Series("y", [0, 1, 0, 1]), { nSplits: 2 });
    assert.deepEqual(labels, stratifiedKFold(new NdArray(Uint8Array.of(0, 1, 0, 1), [4, 1]), { nSplits: 2 }));
    const rows = Ragged.from([[1], [], [2, 3], [4]]).gather(expected[0]!.train);
    assert.deepEqual(rows.toArray(), [[2, 3], [4]]);
  });

  it("repeats what setRandomSeed has set", () => {
    const drawn = (): Fold[] => {
      setRandomSeed(5);
      return kFold(50, { shuffle: true });
    };
    assert.deepEqual(drawn(), drawn());
    assert.notDeepEqual(drawn(), kFold(50, { shuffle: true }));
  });

  it("says what is wrong", () => {
    assert.throws(() => kFold(4), /nSplits is a whole number from 2 to the 4 samples, but got 5/);
    assert.throws(() => kFold(4, { nSplits: 1 }), /but got 1/);
    assert.throws(() => kFold(4, { nSplits: 2.5 }), /but got 2.5/);
    assert.throws(() => kFold(-1), /A number of samples is whole, but got -1/);
    assert.throws(() => kFold(9, { seed: 1 }), /A seed is for shuffling/);
    assert.throws(
      () => stratifiedKFold([0, 1, 2], { nSplits: 2 }),
      /no class has so many samples; the largest has 1/,
    );
    const oneHot = new NdArray(new Uint8Array(9), [3, 3]);
    assert.throws(() => stratifiedKFold(oneHot, { nSplits: 2 }), /the labels have the shape \[3, 3\]/);
  });
});

describe("arrays: trainTestSplit", () => {
  const countsIn = (y: NdArray, classes: number): number[] =>
    Array.from({ length: classes }, (_, i) => y.data.filter((label) => label === i).length);

  it("has scikit-learn's sizes, and keeps shares as it does", () => {
    for (const { count, testSize, test } of sklearn.counts) {
      const x = new Float32Array(count);
      assert.equal(trainTestSplit(x, x, { testSize }).xTest.length, test, `${count} ${testSize}`);
    }
    for (const { y, testSize, sizes } of sklearn.splits)
      for (let seed = 0; seed < 5; seed++) {
        const { yTrain, yTest } = trainTestSplit(y, y, { testSize, seed, stratify: true });
        assert.deepEqual([countsIn(yTrain, sizes[0].length), countsIn(yTest, sizes[0].length)], sizes);
      }
  });

  it("stratifies by other labels than y", () => {
    const x = Array.from({ length: 12 }, (_, i) => i);
    const groups = x.map((i) => i % 3);
    const { xTest } = trainTestSplit(x, x, { testSize: 3, stratify: groups, seed: 1 });
    assert.deepEqual(Array.from(xTest.data, (i) => i % 3).toSorted((a, b) => a - b), [0, 1, 2]); // prettier-ignore
    assert.throws(() => trainTestSplit(x, x, { stratify: [1] }), /stratify got 1 labels for 12 samples/);
  });
});

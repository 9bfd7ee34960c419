import assert from "node:assert/strict";
import { trainTestSplit } from "../../src/arrays/train-test-split.js";
import { setRandomSeed, tf } from "../../src/keras/load.js";

/** 100 samples [i, i] of which 80 are of class 0 and 20 of class 1. */
const x = Array.from({ length: 100 }, (_, i) => [i, i]);
const y = Array.from({ length: 100 }, (_, i) => Number(i >= 80));

describe("trainTestSplit", () => {
  it("puts every sample with its label into one of two parts", () => {
    const { xTrain, xTest, yTrain, yTest } = trainTestSplit(x, y, { testSize: 0.2, seed: 1 });
    assert.deepEqual([xTrain.shape, xTest.shape, yTrain.shape, yTest.shape], [[80, 2], [20, 2], [80], [20]]);
    const all = new Map<number, number>();
    for (const [samples, labels] of [[xTrain, yTrain], [xTest, yTest]] as const) {
      for (let n = 0; n < samples.length; n++) all.set(samples.data[2 * n]!, labels.data[n]!);
    } // prettier-ignore
    assert.equal(all.size, 100);
    for (const [i, label] of all) assert.equal(label, Number(i >= 80));
  });

  it("repeats by its seed, and by setRandomSeed without one", () => {
    const tested = (seed?: number): unknown =>
      trainTestSplit(x, y, seed === undefined ? {} : { seed }).xTest.toArray();
    assert.deepEqual(tested(1), tested(1));
    assert.notDeepEqual(tested(1), tested(2));
    setRandomSeed(5);
    const first = tested();
    assert.notDeepEqual(tested(), first);
    setRandomSeed(5);
    assert.deepEqual(tested(), first);
  });

  it("keeps the share of each class with stratify", () => {
    const { yTrain, yTest } = trainTestSplit(x, y, { testSize: 0.25, seed: 3, stratify: true });
    assert.deepEqual([yTrain.counts(), yTest.counts()], [[60, 15], [20, 5]]); // prettier-ignore
    const odd = trainTestSplit(x, y, { testSize: 7, seed: 3, stratify: true });
    assert.deepEqual(odd.yTest.counts(), [6, 1]);
  });

  it("takes the last samples without shuffling", () => {
    const { yTest } = trainTestSplit(x, y, { testSize: 3, shuffle: false });
    assert.deepEqual(yTest.toArray(), [1, 1, 1]);
  });

  it("takes tensors and leaves them alone", () => {
    const [a, b] = [tf.tensor2d(x), tf.tensor1d(y)];
    const before = tf.memory().numTensors;
    assert.deepEqual(trainTestSplit(a, b).xTest.shape, [25, 2]);
    assert.equal(tf.memory().numTensors, before);
    tf.dispose([a, b]);
  });

  it("gives the parts by name or in scikit-learn's order", () => {
    const parts = trainTestSplit(x, y);
    assert.deepEqual([...parts], [parts.xTrain, parts.xTest, parts.yTrain, parts.yTest]);
    assert.deepEqual(Object.keys(parts), ["xTrain", "xTest", "yTrain", "yTest"]);
  });

  it("says what is wrong", () => {
    assert.throws(
      () => trainTestSplit(x, y.slice(1)),
      /got 100 samples but 99 labels; each sample needs one/,
    );
    for (const testSize of [0, 1.5, 100, -0.1, Number.NaN]) {
      assert.throws(
        () => trainTestSplit(x, y, { testSize }),
        new RegExp(`testSize must be .* got ${testSize}`),
      );
    }
    assert.throws(() => trainTestSplit(x, x, { stratify: true }), /stratify needs class indices.*\[100, 2\]/);
    assert.throws(() => trainTestSplit([1, 2, 3], [0, 0, 1], { stratify: true }), /but class 1 has 1/);
    assert.throws(
      () => trainTestSplit(x, y, { testSize: 1, stratify: true }),
      /each of the 2 classes in both parts.* 99 and 1/,
    );
    assert.throws(() => trainTestSplit(x, y, { shuffle: false, stratify: true }), /stratify needs shuffle/);
  });
});

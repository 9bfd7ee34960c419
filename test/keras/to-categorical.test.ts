import assert from "node:assert/strict";
import { toCategorical } from "../../src/arrays/to-categorical.js";
import { tf } from "../../src/keras/load.js";

describe("toCategorical", () => {
  it("gives Keras's rows for [0, 1, 2, 1]", () => {
    const before = tf.memory().numTensors;
    const rows = toCategorical([0, 1, 2, 1]);
    assert.equal(tf.memory().numTensors, before + 1);
    assert.deepEqual(rows.arraySync(), [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 0]]); // prettier-ignore
    assert.equal(rows.dtype, "float32");
    rows.dispose();
  });

  it("takes typed arrays, columns and a number of classes", () => {
    tf.tidy(() => {
      assert.deepEqual(toCategorical(Uint8Array.of(1), 3).arraySync(), [[0, 1, 0]]);
      assert.deepEqual(toCategorical([[1], [0]]).arraySync(), [[0, 1], [1, 0]]); // prettier-ignore
      assert.deepEqual(toCategorical(tf.tensor1d([1, 0], "int32")).shape, [2, 2]);
    });
  });

  it("says what is wrong", () => {
    assert.throws(
      () => toCategorical([0, 3], 3),
      /label number 1 is 3, but with 3 classes labels are whole numbers from 0 to 2/,
    );
    assert.throws(() => toCategorical([0.5]), /label number 0 is 0.5/);
    assert.throws(() => toCategorical([Number.NaN], 2), /label number 0 is NaN/);
    assert.throws(
      () => toCategorical([[0, 1]]),
      /needs class indices \[n\], but got the shape \[1, 2\].*one-hot already/,
    );
  });
});

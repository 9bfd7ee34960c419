import assert from "node:assert/strict";
import { tf } from "../../../src/keras/load.js";

describe("repairs/integers", () => {
  it("leaves its argument to the caller in exp", () => {
    const x = tf.tensor1d([0, 1], "int32");
    assert.deepEqual(Array.from(tf.exp(x).dataSync()), [1, Math.fround(Math.E)]);
    assert.equal(x.isDisposed, false);
    assert.deepEqual(Array.from(x.dataSync()), [0, 1]);
  });

  it("rounds integers to themselves, and others as ever", () => {
    const x = tf.tensor1d([5, -3], "int32");
    const rounded = tf.round(x);
    x.dispose();
    assert.deepEqual(Array.from(rounded.dataSync()), [5, -3]);
    assert.deepEqual(Array.from(tf.round(tf.tensor1d([1.6, -1.6])).dataSync()), [2, -2]);
  });
});

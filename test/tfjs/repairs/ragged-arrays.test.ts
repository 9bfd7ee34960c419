import assert from "node:assert/strict";
import { tf } from "../../../src/keras/load.js";

describe("tfjs/repairs: ragged arrays", () => {
  it("are refused, where TensorFlow.js makes a tensor that lacks numbers", () => {
    assert.throws(
      () => tf.tensor([[1, 2], [3]]),
      /^RangeError: A tensor of the shape \[2, 2\] has 4 numbers, but 3 were given: in nested arrays, all of a level/,
    );
    tf.tidy(() => assert.deepEqual(tf.tensor([[1, 2], [3, 4]]).shape, [2, 2])); // prettier-ignore
  });
});

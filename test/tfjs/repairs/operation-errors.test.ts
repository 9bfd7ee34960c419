import assert from "node:assert/strict";
import { tf } from "../../../src/index.js";

describe("tfjs/repairs: errors of operations", () => {
  it("begin with the operation and what is wrong", () => {
    tf.tidy(() => {
      const matrix = tf.ones([2, 3]);
      assert.throws(() => tf.matMul(matrix, matrix), /^Error: BatchMatMulV2: Matrix size-incompatible: /);
      assert.throws(() => matrix.reshape([4]), /^Error: Reshape: Input to reshape is a tensor with 6 values/);
      const split = () => tf.split(matrix, [5], 0);
      assert.throws(split, (error: Error) => !error.message.includes("TF_Status"));
    });
  });
});

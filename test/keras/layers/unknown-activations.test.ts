import assert from "node:assert/strict";
import { tf } from "../../../src/index.js";

describe("keras/layers: unknown activations", () => {
  it("are answered with those that there are", () => {
    const misspelt = { units: 3, activation: "rleu" as "relu" };
    const message = /^Error: There is no activation "rleu"\. Known are .*"elu", .*"relu", .*"softmax".*\.$/;
    assert.throws(() => tf.layers.dense(misspelt), message);
    assert.throws(() => tf.layers.lstm(misspelt), message);
    assert.throws(() => tf.layers.activation({ activation: "rleu" as "relu" }), message);
    assert.throws(() => tf.layers.dense({ units: -1 }), /units/);
  });

  it("leave the names of the functions that make layers", () => {
    assert.equal(tf.layers.dense.name, "dense");
    assert.equal(tf.layers.dense({ units: 1, activation: "relu" }).getClassName(), "Dense");
  });
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { loadModel, tf } from "../../src/index.js";

describe("multi-head attention in a .keras file of Keras 2", () => {
  it("has its weights under other names", async () => {
    const fixture = "test/fixtures/keras/keras2-attention";
    const { x, y } = JSON.parse(readFileSync(`${fixture}.json`, "utf8")) as { x: number[]; y: number[] };
    const before = tf.memory().numTensors;
    const model = await loadModel(`${fixture}.keras`);
    const found = tf.tidy(() => [...(model.predict(tf.tensor(x, [1, 3, 4])) as tf.Tensor).dataSync()]);
    found.forEach((value, i) => assert.ok(Math.abs(value - y[i]!) < 1e-6, `${value} is not ${y[i]}`));
    assert.equal(found.length, y.length);
    model.dispose();
    assert.equal(tf.memory().numTensors, before);
  });
});

import assert from "node:assert/strict";
import { tf } from "../../../src/keras/load.js";

const message =
  /^Error when checking target: expected digits to have shape \[\*,10\] but got \[6(,1)?\]\..* convert with toCategorical\(labels, 10\), or .*'sparseCategoricalCrossentropy'/;

function compiledModel(loss: string) {
  const model = tf.sequential({
    layers: [tf.layers.dense({ name: "digits", units: 10, inputShape: [4], activation: "softmax" })],
  });
  model.compile({ loss, optimizer: "sgd" });
  return model;
}

describe("keras/model: targets", () => {
  const x = tf.ones([6, 4]);

  it("that are class numbers get Keras's advice", async () => {
    const model = compiledModel("categoricalCrossentropy");
    for (const y of [tf.zeros([6]), tf.zeros([6, 1])]) {
      await assert.rejects(async () => model.fit(x, y, { verbose: 0 }), { message });
      assert.throws(() => model.evaluate(x, y), { message });
    }
    const batches = tf.data.array([0]).map(() => ({ xs: tf.ones([6, 4]), ys: tf.zeros([6, 1]) }));
    await assert.rejects(() => model.fitDataset(batches, { epochs: 1, verbose: 0 }), { message });
  });

  it("that fit the loss are taken", async () => {
    const columns = tf.oneHot(tf.zeros([6], "int32"), 10);
    await compiledModel("categoricalCrossentropy").fit(x, columns, { verbose: 0 });
    await compiledModel("sparseCategoricalCrossentropy").fit(x, tf.zeros([6]), { verbose: 0 });
    await compiledModel("meanSquaredError").fit(x, columns, { verbose: 0 });
  });

  it("of a wrong number of columns keep TensorFlow.js's error", async () => {
    const fit = async () => compiledModel("categoricalCrossentropy").fit(x, tf.zeros([6, 7]), { verbose: 0 });
    await assert.rejects(fit, /each example has shape \[10\].*with shape \[7\]/);
  });
});

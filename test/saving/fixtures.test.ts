import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { loadModel, loadWeights } from "../../src/saving/index.js";
import { tf } from "../../src/keras/load.js";
import { largestDifference, largestRelativeDifference, measured, predict, train } from "./python.js";

/** Made by test/fixtures/keras/files.py: `make` with Keras 3.15, `keras2` with tf_keras 2.21. */
const folder = resolve("test/fixtures/keras/files");

describe("loadModel of files from real Keras", () => {
  for (const file of [
    "conv2d.keras",
    "conv2d.h5",
    "batch_normalization.keras",
    "batch_normalization.h5",
    "nested.keras",
    "gru_reset_after.keras",
    "keras2_plain.h5",
    "keras2_graph.h5",
  ]) {
    it(`predicts and trains on as Keras does: ${file}`, async () => {
      const data = await measured(folder, `${file.split(".")[0]}.data.h5`);
      const model = await loadModel(join(folder, file));
      assert.ok(largestDifference(predict(model, data.inputs), data.predictions) < 1e-5);
      const losses = await train(model, data, data.losses.length);
      assert.ok(losses.length > 0);
      assert.ok(
        largestRelativeDifference(losses, data.losses) < 1e-4,
        `${losses.join()} ${data.losses.join()}`,
      );
      model.dispose();
    });
  }

  for (const file of ["conv2d.weights.h5", "conv2d.legacy.h5", "conv2d.h5", "conv2d.keras"]) {
    it(`takes weights alone: ${file}`, async () => {
      const data = await measured(folder, "conv2d.data.h5");
      const model = await loadModel(join(folder, "conv2d.keras"), { compile: false });
      model.setWeights(model.weights.map(({ shape }) => tf.zeros(shape as number[])));
      assert.ok(largestDifference(predict(model, data.inputs), data.predictions) > 1e-2);
      const before = tf.memory().numTensors;
      await loadWeights(model, join(folder, file));
      assert.equal(tf.memory().numTensors, before);
      assert.ok(largestDifference(predict(model, data.inputs), data.predictions) < 1e-5);
      model.dispose();
    });
  }

  it("keeps the graph: names, shared and nested layers", async () => {
    const model = await loadModel(join(folder, "nested.keras"));
    assert.equal(model.name, "outer");
    assert.deepEqual(
      model.layers
        .filter((layer) => "layers" in layer)
        .map((layer) => [layer.name, layer.inboundNodes.length]),
      [
        ["inner", 3],
        ["deepest", 4],
      ],
      "each with a node of its own and one for each call",
    );
    assert.equal(model.trainableWeights.length, 10);
  });
});

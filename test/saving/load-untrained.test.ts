import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tensor } from "@tensorflow/tfjs";
import { tf } from "../../src/keras/load.js";
import { loadModel } from "../../src/saving/index.js";
import { ZippedModels } from "./zipped.js";

/** Made by test/fixtures/keras/untrained.py with Keras 3.15 and tf_keras 2.21. */
const models = new ZippedModels("untrained");

describe("loadModel of models that were compiled and not trained, and of Keras 2's hard_sigmoid", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "manabi-untrained-"));
    await models.unpack(folder);
  });
  after(() => rm(folder, { recursive: true }));

  for (const file of models.names)
    it(`predicts as Keras does, and trains if it has a loss: ${file}`, async () => {
      const { warn } = console;
      const warnings: string[] = [];
      console.warn = (text: string) => warnings.push(text);
      try {
        const [name] = file.split(".") as [string];
        const { inputs, predictions } = models.measured(name);
        const model = await loadModel(join(folder, file));
        const outputs = [model.predict(tf.tensor(inputs as number[]))].flat();
        outputs.forEach((output, i) => {
          const difference = tf.max(tf.abs(tf.sub(output, tf.tensor(predictions[i]!)))).dataSync()[0]!;
          assert.ok(difference < 1e-5, `${difference}`);
        });
        const hasNoLoss = /without_loss|one_loss|hard_sigmoid/.test(name);
        assert.equal(model.optimizer == null, hasNoLoss);
        if (!hasNoLoss) {
          const target = tf.zerosLike(outputs[0] as Tensor);
          const before = await model.trainOnBatch(tf.tensor(inputs as number[]), target);
          assert.ok(Number.isFinite([before].flat()[0]));
          assert.equal(model.optimizer.iterations, 1);
        }
        assert.equal(warnings.length, name === "one_loss_of_two" ? 1 : 0, warnings.join("\n"));
      } finally {
        console.warn = warn;
      }
    });
});

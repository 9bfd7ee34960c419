import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { tf } from "../../src/index.js";
import { loadModel } from "../../src/saving/index.js";
import { ZippedModels } from "./zipped.js";

/** Made by test/fixtures/keras/converted.py with Keras 3.15 and TensorFlow.js's converter 4.22. */
const models = new ZippedModels("converted");
const folders = [...new Set(models.names.map((name) => dirname(name)))];
/** What quantizing costs, by type. */
const limits: Record<string, number> = { float16: 2e-3, uint16: 2e-4, uint8: 3e-2 };

describe("saving: folders that the converter makes of Keras 3's models", () => {
  let place: string;
  before(async () => {
    place = await mkdtemp(join(tmpdir(), "manabi-converted-"));
    await models.unpack(place);
  });
  after(() => rm(place, { recursive: true }));

  for (const folder of folders)
    it(`predict as in Keras: ${folder}`, async () => {
      const [name, , type = ""] = folder.split("_") as [string, string, string?];
      const { inputs, predictions } = models.measured(name);
      const given = (inputs as number[][]).map((each) => tf.tensor(each));
      const json = join(place, folder, "model.json");
      for (const load of [
        () => loadModel(join(place, folder)),
        () => tf.loadLayersModel(pathToFileURL(json).href),
      ]) {
        const before = tf.memory().numTensors;
        const model = await load();
        // Undefined where Keras has not saved it.
        (model.optimizer as tf.Optimizer | undefined)?.dispose();
        assert.equal(
          tf.memory().numTensors - before,
          model.weights.length,
          "the weights are all that is kept",
        );
        tf.tidy(() => {
          const outputs = [model.predict(given.length > 1 ? given : given[0]!)].flat();
          outputs.forEach((output, i) => {
            const difference = tf.max(tf.abs(tf.sub(output, tf.tensor(predictions[i]!)))).dataSync()[0]!;
            assert.ok(difference < (limits[type] ?? 1e-5), `${difference}`);
          });
        });
      }
      tf.dispose(given);
    });
});

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tf } from "../../src/keras/load.js";
import { loadModel, saveModel } from "../../src/saving/index.js";
import { ZippedModels } from "./zipped.js";

/** Made by test/fixtures/keras/optimizer_files.py with Keras 3.15. */
const models = new ZippedModels("optimizer-files");

describe("loadModel of optimizers that TensorFlow.js lacks", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "manabi-optimizers-"));
    await models.unpack(folder);
  });
  after(() => rm(folder, { recursive: true }));

  for (const file of models.names) {
    it(`trains on as Keras does, saved again, too: ${file}`, async () => {
      const [name] = file.split(".") as [string];
      const measured = JSON.parse(await readFile(join(folder, `${name}.json`), "utf8")) as {
        x: number[][];
        y: number[][];
        losses: number[];
      };
      const loaded = await loadModel(join(folder, file));
      const paths = ["again.keras", "again.h5", "again"].map((again) => join(folder, again));
      for (const path of paths) await saveModel(loaded, path);
      const again = await Promise.all(paths.map((path) => loadModel(path)));
      for (const model of [loaded, ...again]) {
        for (const expected of measured.losses) {
          const loss = (await model.trainOnBatch(tf.tensor2d(measured.x), tf.tensor2d(measured.y))) as number;
          assert.ok(Math.abs(loss - expected) < 1e-5 * expected, `${loss}, ${expected}`);
        }
      }
    });
  }
});

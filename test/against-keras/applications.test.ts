import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type * as Tf from "@tensorflow/tfjs";
import { classIndex } from "../../src/applications/class-index.js";
import * as applications from "../../src/applications/index.js";
import { cacheFolder } from "../../src/download/index.js";
import { tf } from "../../src/keras/load.js";
import { loadModel, saveModel } from "../../src/saving/index.js";
import { makers } from "../applications/numbers.js";
import { runPython } from "../saving/python.js";

interface Result {
  x: number[];
  predictions: Record<string, number[]>;
  scores: number[];
  decoded: [id: string, name: string, score: number][][];
}

describe("against Keras: files and names of keras.applications", function () {
  this.timeout(300_000);
  let folder: string;
  let result: Result;
  const kerasHome = process.env["KERAS_HOME"];

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "manabi-applications-"));
    // Made of the package, byte for byte: Keras takes it only so.
    await classIndex();
    const models = path.join(folder, "home", "models");
    mkdirSync(models, { recursive: true });
    const index = "imagenet_class_index.json";
    cpSync(path.join(cacheFolder(), "models", index), path.join(models, index));
    process.env["KERAS_HOME"] = path.join(folder, "home");
    await runPython(path.resolve("test/fixtures/keras/application_files.py"), folder);
    result = JSON.parse(readFileSync(path.join(folder, "result.json"), "utf8")) as Result;
  });
  after(() => {
    if (kerasHome === undefined) delete process.env["KERAS_HOME"];
    else process.env["KERAS_HOME"] = kerasHome;
    rmSync(folder, { recursive: true });
  });

  function assertPredicts(model: Tf.LayersModel, expected: number[]): void {
    tf.tidy(() => {
      const got = (model.predict(tf.tensor(result.x, [2, 32, 32, 3])) as Tf.Tensor).dataSync();
      expected.forEach((value, i) =>
        assert.ok(Math.abs(got[i]! - value) <= 1e-5, `${got[i]}, Keras gives ${value}`),
      );
    });
    model.dispose();
  }

  for (const name of ["mobileNetV2", "mobileNetV3Small", "efficientNetB0"]) {
    const args = { classes: 5, inputShape: [32, 32, 3] as [number, number, number] };
    const variant = name === "mobileNetV2" ? { alpha: 0.35 } : {};
    for (const extension of ["h5", "weights.h5"])
      it(`${name}: weights of a .${extension} file`, async () => {
        const weights = path.join(folder, `${name}.${extension}`);
        assertPredicts(await makers[name]!({ ...args, ...variant, weights }), result.predictions[name]!);
      });

    it(`${name}: Keras's whole model, and ours read by itself`, async () => {
      const model = await loadModel(path.join(folder, `${name}.keras`));
      const copy = path.join(folder, `${name}-copy.keras`);
      await saveModel(model, copy);
      assertPredicts(model, result.predictions[name]!);
      assertPredicts(await loadModel(copy), result.predictions[name]!);
    });
  }

  it("decodePredictions", async () => {
    const scores = tf.tensor(result.scores, [2, 1000]);
    const found = await applications.decodePredictions(scores, { top: 3 });
    const rows = found.map((row) => row.map(({ id, name, score }) => [id, name, Math.fround(score)]));
    assert.deepEqual(rows, result.decoded);
    scores.dispose();
  });
});

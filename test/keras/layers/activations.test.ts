import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tensor } from "@tensorflow/tfjs-node";
import { explain, loadModel, saveModel } from "../../../src/index.js";
import { tf } from "../../../src/keras/load.js";

const fixture = JSON.parse(
  readFileSync(new URL("../../../../test/fixtures/keras/activations.json", import.meta.url), "utf8"),
) as { x: number[]; values: Record<string, number[]> };

const camelCase = (name: string): string =>
  name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
const denseOf = (activation: unknown, units = 2) =>
  tf.layers.dense({ units, inputShape: [2], activation: activation as "relu" });

describe("keras/layers: activations", () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "manabi-activations-"))));
  after(() => rmSync(folder, { recursive: true }));

  for (const [name, expected] of Object.entries(fixture.values)) {
    it(`${name} as in Keras`, () => {
      tf.tidy(() => {
        const layer = tf.layers.activation({ activation: camelCase(name) as "relu" });
        const output = layer.apply(tf.tensor1d(fixture.x)) as Tensor;
        const values = output.dataSync();
        assert.equal(values.length, expected.length);
        expected.forEach((value, i) =>
          assert.ok(Math.abs(values[i]! - value) < 2e-6 * Math.max(1, Math.abs(value))),
        );
      });
    });
  }

  it("train in layers, and come back from files", async () => {
    const [x, y] = [tf.randomNormal([8, 2], 0, 1, "float32", 1), tf.ones([8, 2])];
    const names = Object.keys(fixture.values).filter((name) => name !== "glu");
    const model = tf.sequential({
      layers: [...names.map((name) => denseOf(camelCase(name))), denseOf("linear")],
    });
    model.compile({ loss: "meanSquaredError", optimizer: tf.train.sgd(0.01) });
    await model.fit(x, y, { epochs: 3, verbose: 0 });
    assert.equal(explain(model).train[0]!.state, "compiled");
    const before = (model.predict(x) as Tensor).arraySync();
    for (const file of ["model.keras", "model.h5", "folder"]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await saveModel(model, join(folder, file));
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const again = await loadModel(join(folder, file));
      assert.deepEqual((again.predict(x) as Tensor).arraySync(), before);
    }
  });

  it("may be functions, whose values may change", async () => {
    let slope = 1;
    const model = tf.sequential({ layers: [denseOf((x: Tensor) => tf.mul(x, slope))] });
    model.setWeights([tf.ones([2, 2]), tf.zeros([2])]);
    const results = [];
    for (; slope < 6; slope++) results.push((model.predict(tf.ones([1, 2])) as Tensor).dataSync()[0]!);
    assert.deepEqual(results, [2, 4, 6, 8, 10]);
    model.compile({ loss: "meanSquaredError", optimizer: "sgd" });
    await model.fit(tf.ones([4, 2]), tf.ones([4, 2]), { epochs: 2, verbose: 0 });
    model.dispose();
  });
});

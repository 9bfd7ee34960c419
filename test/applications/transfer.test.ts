import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as Tf from "@tensorflow/tfjs";
import * as applications from "../../src/applications/index.js";
import { setProgressSink } from "../../src/host/progress-sink.js";
import { tf } from "../../src/keras/load.js";
import { numbers } from "./numbers.js";

const pictures = (samples: number): Tf.Tensor4D => tf.tensor(numbers(3, samples * 192), [samples, 8, 8, 3]);

function small(): Tf.LayersModel {
  return tf.sequential({
    layers: [
      tf.layers.conv2d({ filters: 4, kernelSize: 3, activation: "relu", inputShape: [8, 8, 3] }),
      tf.layers.batchNormalization(),
      tf.layers.conv2d({ filters: 5, kernelSize: 3, activation: "relu" }),
      tf.layers.globalAveragePooling2d({}),
    ],
  });
}

describe("applications: features and transfer", () => {
  let folder: string;
  let shown: string[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "manabi-features-"));
    shown = [];
    setProgressSink(() => (text) => shown.push(text));
  });
  afterEach(async () => {
    setProgressSink();
    await rm(folder, { recursive: true });
  });

  it("features are the model's, with a bar, and from the cache while pictures and weights stay", async () => {
    const [model, x] = [small(), pictures(5)];
    let calls = 0;
    const options = {
      batchSize: 2,
      cache: folder,
      preprocess: (batch: Tf.Tensor) => {
        calls++;
        return tf.mul(batch, 2);
      },
    };
    tf.tidy(() => model.predict(x));
    const { numTensors } = tf.memory();
    const features = await applications.extractFeatures(model, x, options);
    tf.tidy(() => {
      const expected = model.predict(tf.mul(x, 2)) as Tf.Tensor;
      assert.ok(tf.max(tf.abs(tf.sub(features, expected))).dataSync()[0]! < 1e-6);
    });
    assert.match(shown.at(-1)!, /^features 5\/5 ━{20} [\d.]+ s$/);
    // One for the key of the cache.
    assert.equal(calls, 4);
    const again = await applications.extractFeatures(model, x, options);
    assert.deepEqual(again.dataSync(), features.dataSync());
    assert.equal(calls, 5);
    tf.tidy(() => {
      const [first] = model.layers;
      first!.setWeights(first!.getWeights().map((weight) => tf.add(weight, 1)));
    });
    const changed = await applications.extractFeatures(model, x, options);
    assert.equal(calls, 9);
    assert.equal((await readdir(folder)).length, 2);
    tf.dispose([features, again, changed]);
    assert.equal(tf.memory().numTensors, numTensors);
    model.dispose();
    x.dispose();
  });

  it("refuses what does not fit", async () => {
    const [model, x] = [small(), pictures(2)];
    await assert.rejects(applications.extractFeatures(model, x, { batchSize: 0 }), /batchSize: 0.*from 1/);
    await assert.rejects(applications.extractFeatures(model, [1] as never), /Expected a tensor or an array/);
    model.dispose();
    x.dispose();
  });

  it("a head on a frozen base, then the last block with a small learning rate", async () => {
    const base = await applications.mobileNetV2({
      weights: null,
      alpha: 0.35,
      includeTop: false,
      pooling: "avg",
      inputShape: [32, 32, 3],
    });
    base.trainable = false;
    const model = tf.sequential({
      layers: [base, tf.layers.dense({ units: 2, activation: "softmax" })],
    });
    const x = tf.tensor(numbers(5, 4 * 32 * 32 * 3), [4, 32, 32, 3]);
    const y = tf.tensor([0, 1, 0, 1]);
    const values = (names: RegExp): number[][] =>
      base.layers
        .filter(({ name }) => names.test(name))
        .flatMap((layer) => layer.getWeights().map((one) => [...one.dataSync()]));
    const compile = (rate: number): void =>
      model.compile({ optimizer: tf.train.sgd(rate), loss: "sparseCategoricalCrossentropy" });
    const before = values(/./);
    compile(0.1);
    await model.fit(x, y, { epochs: 1, verbose: 0 });
    assert.deepEqual(values(/./), before, "batch normalization's statistics, too");

    base.trainable = true;
    for (const layer of base.layers) layer.trainable = /^block_16_|^Conv_1/.test(layer.name);
    const early = values(/^(?!block_16_|Conv_1)/);
    const late = values(/^block_16_|^Conv_1/);
    compile(1e-3);
    await model.fit(x, y, { epochs: 1, verbose: 0 });
    assert.deepEqual(values(/^(?!block_16_|Conv_1)/), early);
    assert.notDeepEqual(values(/^block_16_|^Conv_1/), late);
    tf.dispose([x, y]);
    model.dispose();
  });

  it("embed gives rows of a model's, nearest finds them, by the angle", async () => {
    const model = tf.sequential({
      layers: [tf.layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [8, 8, 3] })],
    });
    const x = pictures(3);
    const rows = await applications.embed(x, { model, verbose: false });
    assert.deepEqual(rows.shape, [3, 72]);
    tf.dispose([rows, x]);
    model.dispose();

    const points = tf.tensor([
      [1, 0],
      [0, 3],
      [5, 1],
      [-1, 0],
    ]);
    const { numTensors } = tf.memory();
    const found = applications.nearest(points, 0, 2);
    assert.deepEqual(
      found.map(({ index }) => index),
      [2, 1],
    );
    assert.ok(Math.abs(found[0]!.similarity - 5 / Math.sqrt(26)) < 1e-6);
    assert.throws(() => applications.nearest(points, 4), /the row 4.*0 to 3/);
    assert.equal(tf.memory().numTensors, numTensors);
    points.dispose();
  });
});

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { callbacks, tf } from "../../src/index.js";
import { scalarsIn, type Scalar } from "./event-files.js";

const fixture = JSON.parse(
  readFileSync(new URL("../../../test/fixtures/keras/tensorboard.json", import.meta.url), "utf8"),
) as { x: number[][]; y: number[][]; weights: [number[][], number[]]; scalars: Record<string, Scalar[]> };

const inOrder = (scalars: Scalar[]) =>
  scalars.toSorted((a, b) => `${a[0]} ${a[1]}`.localeCompare(`${b[0]} ${b[1]}`) || a[2] - b[2]);

describe("saving: tensorBoard", function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tensorboard-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  for (const [frequency, scalars] of Object.entries(fixture.scalars)) {
    it(`writes what Keras's writes, updated by ${frequency}`, async () => {
      const layer = tf.layers.dense({ units: 1, activation: "sigmoid", inputShape: [3] });
      const model = tf.sequential({ layers: [layer] });
      const [kernel, bias] = fixture.weights;
      model.setWeights([tf.tensor2d(kernel), tf.tensor1d(bias)]);
      const metrics = ["accuracy", "recall"];
      model.compile({ loss: "binaryCrossentropy", optimizer: tf.train.sgd(0.5), metrics });
      const updateFreq = frequency === "3" ? 3 : (frequency as "epoch" | "batch");
      await model.fit(tf.tensor2d(fixture.x), tf.tensor2d(fixture.y), {
        batchSize: 3,
        epochs: 2,
        shuffle: false,
        validationSplit: 0.3,
        verbose: 0,
        callbacks: [callbacks.tensorBoard({ logDir: folder, updateFreq })],
      });
      const written = scalarsIn(folder);
      const theirs = inOrder(scalars);
      // The one batch of the validation is not the third: Keras leaves it out.
      const isAsked = ([, tag]: Scalar) => updateFreq !== 3 || !tag.startsWith("evaluation_");
      const ours = inOrder(written.filter(isAsked));
      const withoutValues = (list: Scalar[]) => list.map(([where, tag, step]) => `${where} ${tag} ${step}`);
      assert.deepEqual(withoutValues(ours), withoutValues(theirs));
      ours.forEach(([where, tag, step, value], i) => {
        const [, , , expected] = theirs[i]!;
        const isClose = Math.abs(value - expected) < 2e-5;
        assert.ok(isClose, `${where} ${tag} at ${step} is ${value}, Keras writes ${expected}`);
      });
    });
  }
});

describe("saving: tensorBoard's arguments", () => {
  it("say which frequencies there are", () => {
    assert.throws(
      () => callbacks.tensorBoard({ updateFreq: 0 }),
      /updateFreq is 0\. Expected "epoch", "batch" or a number of batches\./,
    );
  });
});

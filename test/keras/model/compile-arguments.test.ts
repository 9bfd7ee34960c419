import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadModel, metrics, saveModel, tf } from "../../../src/index.js";

const [x, y] = [
  tf.randomNormal([12, 4], 0, 1, "float32", 2),
  tf.oneHot([0, 1, 2, 0, 1, 2, 2, 1, 0, 1, 0, 2], 3).toFloat(),
];
const sampleWeight = tf.linspace(0.2, 2, 12);

function newModel(): tf.LayersModel {
  const input = tf.input({ shape: [4], name: "x" });
  const heads = ["a", "b"].map((name) =>
    tf.layers.dense({ units: 3, activation: "softmax", name }).apply(input),
  );
  return tf.model({ inputs: input, outputs: heads, name: "two_heads" });
}

describe("keras/model: arguments of compile", () => {
  it("are those of a file, too: weights of losses, weighed metrics, metrics with arguments", async () => {
    const folder = await mkdtemp(join(tmpdir(), "manabi-compile-"));
    try {
      for (const extension of ["keras", "h5"]) {
        const model = newModel();
        model.compile({
          loss: ["categoricalCrossentropy", "meanSquaredError"],
          optimizer: "sgd",
          lossWeights: { a: 0.25, b: 3 },
          metrics: [
            ["accuracy"],
            [metrics.topKCategoricalAccuracy({ k: 2 }), metrics.recall({ classId: 0 })],
          ],
          weightedMetrics: { b: ["accuracy", metrics.precision({ thresholds: 0.3, name: "atThird" })] },
        });
        const path = join(folder, `model.${extension}`);
        await saveModel(model, path);
        const loaded = await loadModel(path);
        const evaluate = (one: tf.LayersModel) => one.evaluate(x, [y, y], { sampleWeight, returnDict: true });
        const [before, after] = [evaluate(model), evaluate(loaded)];
        const names = "loss a_loss b_loss a_accuracy b_topKCategoricalAccuracy b_recall b_accuracy b_atThird";
        assert.equal(Object.keys(before).join(" "), names);
        assert.deepEqual(after, before);
        assert.ok(Math.abs(before["loss"]! - 0.25 * before["a_loss"]! - 3 * before["b_loss"]!) < 1e-5);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("test and train on a batch as evaluate and fit do", async () => {
    for (const runEagerly of [true, false]) {
      const model = tf.sequential({
        layers: [tf.layers.dense({ units: 3, inputShape: [4], activation: "softmax" })],
      });
      model.compile({ loss: "categoricalCrossentropy", weightedMetrics: ["accuracy"], runEagerly });
      const before = tf.memory().numTensors;
      const tested = await model.testOnBatch(x, y, { sampleWeight, returnDict: true });
      assert.deepEqual(tested, model.evaluate(x, y, { sampleWeight, returnDict: true }));
      const list = (await model.testOnBatch(x, y, { sampleWeight })) as number[];
      assert.deepEqual(list, Object.values(tested));
      assert.ok(tf.memory().numTensors - before <= 4, "tensors left over, other than the metric's");
      const classes = await model.trainOnBatch(x, y, { classWeight: { 0: 2 }, returnDict: true });
      const weights = y.argMax(-1).equal(tf.scalar(0, "int32")).toFloat().add(1);
      assert.notDeepEqual(classes, tested);
      assert.deepEqual(
        await model.testOnBatch(x, y, { sampleWeight: weights, returnDict: true }),
        model.evaluate(x, y, { sampleWeight: weights, returnDict: true }),
      );
    }
  });

  it("say what is wrong with them", () => {
    const compile = (args: object) => newModel().compile({ loss: "meanSquaredError", ...args });
    assert.throws(() => compile({ loss: undefined }), {
      name: "TypeError",
      message:
        'compile: there is no loss. Give one, such as loss: "categoricalCrossentropy" or "meanSquaredError", for each output by name if there are several.',
    });
    assert.throws(() => compile({ loss: { a: "meanSquaredError" } }), /compile: there is no loss for b\./);
    assert.throws(
      () => compile({ lossWeights: [1] }),
      /compile: lossWeights is \[1\]\. Expected a number for each of the outputs a, b, in an array or by name\./,
    );
    assert.throws(
      () => compile({ loss_weights: [1, 2] }),
      /there is no argument loss_weights\. Write lossWeights\./,
    );
    assert.throws(() => metrics.precision({ threshold: 0.3 } as never), {
      message:
        "metrics.precision: there is no argument threshold. Its arguments are thresholds, topK, classId, name.",
    });
    assert.throws(
      () => metrics.recall({ thresholds: [0.3, 0.5] as never }),
      /a list of thresholds gives several numbers/,
    );
    const model = newModel();
    compile({ stepsPerExecution: 8, jitCompile: true });
    model.compile({ loss: "meanSquaredError" });
    assert.equal(model.optimizer.getClassName(), "RMSProp");
    assert.throws(
      () => model.evaluate(x, [y, y], { callbacks: [] } as never),
      /evaluate takes no callbacks here\. Do what they would do before or after it/,
    );
  });
});

describe("keras/model: predict", () => {
  it("takes a number of steps, and batches of any size", () => {
    const model = newModel();
    const [all] = model.predict(x) as tf.Tensor[];
    for (const batchSize of [1, 5, 12, 32]) {
      const [some] = model.predict(x, { batchSize }) as tf.Tensor[];
      assert.ok(tf.max(tf.abs(tf.sub(some!, all!))).dataSync()[0]! < 1e-6);
    }
    assert.deepEqual(
      (model.predict(x, { batchSize: 2, steps: 3 } as never) as tf.Tensor[])[0]!.shape,
      [6, 3],
    );
  });
});

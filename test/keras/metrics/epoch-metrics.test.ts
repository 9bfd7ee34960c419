import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { explain, tf } from "../../../src/index.js";

interface Case {
  loss: string;
  activation: "sigmoid" | "softmax" | null;
  metrics: string[];
  y: number[][];
  weights: [number[][], number[]];
  history: Record<string, number[]>;
  evaluated: Record<string, number>;
}

const fixture = JSON.parse(
  readFileSync(new URL("../../../../test/fixtures/keras/metrics.json", import.meta.url), "utf8"),
) as { batch: number; epochs: number; x: number[][]; cases: Record<string, Case> };

const camelCase = (name: string) =>
  name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()).replace(/^val(?=[A-Z])/, "val_");
/** `val_true_positives` -> `val_truePositives` */
const ours = (name: string) =>
  name.startsWith("val_") ? `val_${camelCase(name.slice(4))}` : camelCase(name);

function classifier({ loss, activation, metrics, weights }: Case, runEagerly = false): tf.Sequential {
  const units = weights[1].length;
  const layer = tf.layers.dense({ units, activation: activation ?? "linear", inputShape: [4] });
  const model = tf.sequential({ layers: [layer] });
  tf.tidy(() => model.setWeights([tf.tensor2d(weights[0]), tf.tensor1d(weights[1])]));
  const optimizer = tf.train.sgd(0.3);
  model.compile({ loss: camelCase(loss), optimizer, metrics: metrics.map(camelCase), runEagerly });
  return model;
}

function assertClose(actual: number | undefined, expected: number, what: string): void {
  const isClose = Math.abs((actual ?? NaN) - expected) < 2e-5 * Math.max(1, Math.abs(expected));
  assert.ok(isClose, `${what} is ${actual}, Keras has ${expected}`);
}

const { batch: batchSize, epochs } = fixture;

for (const [name, expected] of Object.entries(fixture.cases)) {
  for (const runEagerly of [false, true]) {
    it(`metrics over epochs against Keras: ${name}, ${runEagerly ? "eager" : "compiled"}`, async () => {
      // The first random number leaves its generator's state.
      tf.dispose(tf.randomUniform([1]));
      const empty = tf.memory().numTensors;
      const model = classifier(expected, runEagerly);
      const [x, y] = [tf.tensor2d(fixture.x), tf.tensor2d(expected.y)];
      const options = { batchSize, epochs, shuffle: false, validationSplit: 0.4, verbose: 0 } as const;
      const { history } = await model.fit(x, y, options);
      for (const [metric, values] of Object.entries(expected.history)) {
        values.forEach((value, i) =>
          assertClose(history[ours(metric)]?.[i] as number, value, `${metric} ${i}`),
        );
      }
      const evaluated = tf.tidy(() =>
        [model.evaluate(x, y, { batchSize })].flat().map((value) => value.dataSync()[0]!),
      );
      const names = model.metricsNames.map((one) => (one === "acc" ? "accuracy" : one));
      for (const [metric, value] of Object.entries(expected.evaluated)) {
        assertClose(evaluated[names.indexOf(ours(metric))], value, metric);
      }
      if (!runEagerly)
        assert.deepEqual(new Set(explain(model).train.map(({ state }) => state)), new Set(["compiled"]));
      const before = tf.memory().numTensors;
      await model.fit(x, y, options);
      assert.equal(tf.memory().numTensors, before, "tensors left over");
      model.optimizer.dispose();
      model.compile({ loss: "meanSquaredError", optimizer: "sgd" });
      model.dispose();
      tf.dispose([x, y]);
      assert.equal(tf.memory().numTensors, empty, "tensors left over after the model");
    });
  }
}

describe("keras/metrics: over an epoch", () => {
  const expected = fixture.cases["yes and no"]!;

  it("are the same over a data set, in batches or one", async () => {
    const rows = fixture.x.map((x, i) => ({ xs: x, ys: expected.y[i]! }));
    const model = classifier(expected);
    const dataset = tf.data.array(rows).batch(batchSize);
    const whole = [model.evaluate(tf.tensor2d(fixture.x), tf.tensor2d(expected.y), { batchSize: 23 })].flat();
    const inBatches = [await model.evaluateDataset(dataset as never, {})].flat();
    whole.forEach((value, i) =>
      assertClose(inBatches[i]!.dataSync()[0], value.dataSync()[0]!, `metric ${i}`),
    );
    const { history } = await model.fitDataset(dataset, { epochs: 1, verbose: 0 });
    assert.ok(history["precision"]);
  });

  it("show in the logs of batches what the epoch has come to", async () => {
    for (const runEagerly of [true, false]) {
      const model = classifier(expected, runEagerly);
      const seen: number[] = [];
      const onBatchEnd = async (_batch: number, logs?: tf.Logs) => void seen.push(logs!["recall"]!);
      const [x, y] = [tf.tensor2d(fixture.x), tf.tensor2d(expected.y)];
      const { history } = await model.fit(x, y, {
        batchSize,
        shuffle: false,
        verbose: 0,
        callbacks: { onBatchEnd },
      });
      assert.equal(seen.length, 5);
      assert.ok(
        seen.every((value) => value >= 0 && value <= 1),
        seen.join(),
      );
      assertClose(seen.at(-1), history["recall"]![0] as number, "last batch");
    }
  });

  it("are counted for each output", async () => {
    const input = tf.input({ shape: [1] });
    const outputs = ["a", "b"].map((name) =>
      tf.layers.dense({ units: 1, useBias: false, kernelInitializer: "ones", name }).apply(input),
    ) as tf.SymbolicTensor[];
    const model = tf.model({ inputs: input, outputs });
    model.compile({ loss: "meanSquaredError", optimizer: "sgd", metrics: ["truePositives"] });
    const x = tf.tensor2d([[1], [1], [0]]);
    const values = [
      model.evaluate(x, [tf.ones([3, 1]), tf.tensor2d([[0], [1], [1]])], { batchSize: 2 }),
    ].flat();
    assert.deepEqual(model.metricsNames.slice(3), ["a_truePositives", "b_truePositives"]);
    assert.deepEqual(
      values.slice(3).map((value) => value.dataSync()[0]),
      [2, 1],
    );
    const byName = { loss: "meanSquaredError", optimizer: "sgd", metrics: { b: "recall" } };
    model.compile(byName);
    assert.deepEqual(model.metricsNames.slice(3), ["b_recall"]);
  });

  it("of trainOnBatch are those of the batch", async () => {
    const model = classifier(expected);
    const [x, y] = [tf.tensor2d(fixture.x), tf.tensor2d(expected.y)];
    const at = model.metricsNames.indexOf("truePositives");
    for (let i = 0; i < 4; i++) {
      const before = tf.tidy(() => [model.evaluate(x, y)].flat()[at]!.dataSync()[0]!);
      assertClose(((await model.trainOnBatch(x, y)) as number[])[at], before, "truePositives");
    }
  });
});

import { nativeBackend } from "../../../src/tfjs/backend.js";
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import type { LayersModel, ModelCompileArgs, Tensor, layers } from "@tensorflow/tfjs-node";
import { explain } from "../../../src/keras/model/explain.js";
import { setRandomSeed, tf } from "../../../src/keras/load.js";

type Layer = layers.Layer;

const sessions = () => nativeBackend().binding.getNumOfSavedModels();

interface Setting {
  model: LayersModel;
  x: Tensor;
  y: Tensor;
}

/** A model of two layers, with data: 24 samples, 3 batches of 8. */
function setting(runEagerly: boolean, more: Partial<ModelCompileArgs> = {}): Setting {
  setRandomSeed(3);
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 6, inputShape: [4], activation: "relu", name: `hidden${runEagerly}` }),
      tf.layers.dropout({ rate: 0.2 }),
      tf.layers.dense({ units: 2, activation: "softmax" }),
    ],
  });
  model.compile({
    optimizer: tf.train.adam(0.05),
    loss: "categoricalCrossentropy",
    runEagerly,
    ...more,
  });
  const x = tf.randomNormal([24, 4]);
  const y = tf.tidy(() => tf.oneHot(tf.argMax(tf.slice(x, [0, 0], [24, 2]), 1), 2).toFloat());
  return { model, x, y };
}

/** Runs a program eagerly and compiled, and compares the numbers that it collects. */
async function bothWays(
  program: (run: Setting, collect: (...numbers: (number | Tensor)[]) => void) => Promise<void>,
  more: Partial<ModelCompileArgs> = {},
): Promise<Setting> {
  const results: number[][] = [];
  let last: Setting | undefined;
  for (const runEagerly of [true, false]) {
    const numbers: number[] = [];
    last = setting(runEagerly, more);
    await program(last, (...values) => {
      for (const value of values) numbers.push(...(typeof value === "number" ? [value] : value.dataSync()));
    });
    results.push(numbers);
  }
  const [eager, compiled] = results as [number[], number[]];
  assert.ok(eager.length > 0);
  assert.equal(compiled.length, eager.length);
  eager.forEach((value, i) =>
    assert.ok(
      Math.abs(value - compiled[i]!) < 1e-4 * Math.max(1, Math.abs(value)),
      `${i}: ${compiled[i]} / ${value}`,
    ),
  );
  assert.ok(explain(last!.model).train.some(({ state }) => state === "compiled"));
  return last!;
}

const fit = ({ model, x, y }: Setting, more: object = {}) =>
  model.fit(x, y, { batchSize: 8, epochs: 3, verbose: 0, ...more });

describe("compiled models", function () {
  this.timeout(30_000);

  it("show their newest weights, and take those that JavaScript sets", async () => {
    await bothWays(async (run, collect) => {
      await fit(run);
      collect(...run.model.getWeights());
      const snapshot = run.model.getWeights().map((weight) => tf.clone(weight));
      await fit(run);
      collect(...snapshot, ...run.model.getWeights());
      run.model.setWeights(snapshot);
      collect(run.model.predict(run.x));
      const { history } = await fit(run);
      collect(...(history["loss"] as number[]));
    });
  });

  it("follow a learning rate that a callback changes", async () => {
    await bothWays(async (run, collect) => {
      const optimizer = run.model.optimizer as unknown as { learningRate: number };
      const slower = { onEpochEnd: () => void (optimizer.learningRate /= 4) };
      const { history } = await fit(run, { epochs: 5, callbacks: slower });
      collect(...(history["loss"] as number[]));
    });
  });

  it("train only what is trainable", async () => {
    await bothWays(async (run, collect) => {
      await fit(run);
      run.model.layers[0]!.trainable = false;
      await fit(run);
      collect(...run.model.getWeights());
      run.model.compile({ optimizer: "sgd", loss: "categoricalCrossentropy" });
      await fit(run, { epochs: 2 });
      run.model.layers[0]!.trainable = true;
      await fit(run);
      collect(...run.model.getWeights());
    });
  });

  it("follow what a callback freezes or sets in a layer", async () => {
    await bothWays(async (run, collect) => {
      const [hidden, dropout] = run.model.layers as [Layer, Layer & { rate: number }];
      const onEpochEnd = (epoch: number) => {
        if (epoch === 1) hidden.trainable = false;
        if (epoch === 3) dropout.rate = 0.6;
      };
      const { history } = await fit(run, { epochs: 7, callbacks: { onEpochEnd } });
      collect(...(history["loss"] as number[]), ...run.model.getWeights());
    });
  });

  it("weigh classes", async () => {
    await bothWays(async (run, collect) => {
      const { history } = await fit(run, { classWeight: { 0: 1, 1: 5 } });
      collect(...(history["loss"] as number[]));
    });
  });

  it("train on data sets and on single batches", async () => {
    await bothWays(async ({ model, x, y }, collect) => {
      const pairs = Array.from({ length: 20 }, (_, i) => ({
        xs: x.slice([i, 0], [1, 4]).reshape([4]),
        ys: y.slice([i, 0], [1, 2]).reshape([2]),
      }));
      const { history } = await model.fitDataset(tf.data.array(pairs).batch(8), {
        epochs: 3,
        verbose: 0,
      });
      collect(...(history["loss"] as number[]));
      for (let i = 0; i < 4; i++) collect((await model.trainOnBatch(x, y)) as number);
    });
  });

  it("use losses of one's own", async () => {
    const loss = (truth: Tensor, prediction: Tensor) => tf.mean(tf.pow(tf.sub(truth, prediction), 4));
    await bothWays(
      async (run, collect) => {
        const { history } = await fit(run);
        collect(...(history["loss"] as number[]));
      },
      { loss: loss as never },
    );
  });

  it("share layers with other models", async () => {
    await bothWays(async (run, collect) => {
      const first = tf.model({ inputs: run.model.inputs, outputs: run.model.layers[0]!.output });
      for (let i = 0; i < 4; i++) {
        await fit(run);
        collect(first.predict(run.x));
      }
      run.model.layers[0]!.setWeights(
        run.model.layers[0]!.getWeights().map((weight) => tf.zerosLike(weight)),
      );
      collect(first.predict(run.x), run.model.predict(run.x));
    });
  });

  it("repeat from a random seed, and draw other masks in each step", async () => {
    const runs: number[][] = [];
    for (let i = 0; i < 2; i++) {
      const run = setting(false);
      const { history } = await fit(run, { epochs: 6 });
      runs.push(history["loss"] as number[]);
    }
    assert.deepEqual(runs[0], runs[1]);
    const { model, x, y } = setting(false, { optimizer: tf.train.sgd(0) });
    const losses: number[] = [];
    for (let i = 0; i < 8; i++) losses.push((await model.trainOnBatch(x, y)) as number);
    assert.equal(explain(model).train[0]!.state, "compiled");
    assert.equal(new Set(losses).size, losses.length);
  });

  it("run eagerly, and say why, where a layer reads its input in JavaScript", async () => {
    class Reader extends tf.layers.Layer {
      static className = "Reader";
      override call(inputs: Tensor | Tensor[]): Tensor {
        const input = [inputs].flat()[0]!;
        return tf.mul(input, input.dataSync()[0]! > 1e9 ? 0 : 1);
      }
    }
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] }), new Reader()] });
    model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const [x, y] = [tf.ones([4, 2]), tf.zeros([4, 1])];
    const { history } = await model.fit(x, y, { epochs: 8, verbose: 0 });
    const losses = history["loss"] as number[];
    assert.ok(losses.at(-1)! < losses[0]!);
    const [step] = explain(model).train;
    assert.equal(step!.state, "eager");
    assert.match(step!.reason!, /reads a tensor's values in JavaScript/);
  });

  it("follow numbers of JavaScript that change from step to step", async () => {
    let count = 0;
    const loss = (truth: Tensor, prediction: Tensor) => tf.mul(tf.mean(tf.sub(truth, prediction)), ++count);
    const { model, x, y } = await bothWays(
      async (run, collect) => {
        count = 0;
        for (let i = 0; i < 6; i++) collect((await run.model.trainOnBatch(run.x, run.y)) as number);
        assert.equal(count, 6);
      },
      { loss: loss as never },
    );
    await model.fit(x, y, { batchSize: 2, epochs: 1, verbose: 0 });
    assert.match(explain(model).train[0]!.reason!, /JavaScript makes in the step/);
  });

  it("keep the state of stateful layers", async () => {
    const results: number[][] = [];
    for (const runEagerly of [true, false]) {
      setRandomSeed(5);
      const layer = tf.layers.simpleRNN({ units: 3, stateful: true, batchInputShape: [2, 4, 1] });
      const model = tf.sequential({ layers: [layer] });
      model.compile({ optimizer: "sgd", loss: "meanSquaredError", runEagerly });
      const x = tf.randomNormal([2, 4, 1]);
      const numbers: number[] = [];
      for (let i = 0; i < 6; i++) numbers.push(...model.predict(x, { batchSize: 2 }).dataSync());
      results.push(numbers);
    }
    assert.deepEqual(results[1], results[0]);
  });

  it("can be differentiated through predict", () => {
    const { model, x } = setting(false);
    for (let i = 0; i < 4; i++) model.predict(x);
    assert.equal(explain(model).predict[0]!.state, "compiled");
    const gradient = tf.grad((input) => tf.sum(tf.square(model.predict(input) as Tensor)))(x);
    assert.ok(tf.max(tf.abs(gradient)).dataSync()[0]! > 0);
  });

  it("stay eager if asked", async () => {
    const run = setting(true);
    await fit(run);
    assert.deepEqual(explain(run.model), { train: [], test: [], predict: [] });
  });

  it("leave no tensor, session or file behind", async () => {
    const files = () => readdirSync(tmpdir()).filter((name) => name.startsWith("manabi-program-")).length;
    const before = { tensors: tf.memory().numTensors, sessions: sessions(), files: files() };
    const { model, x, y } = setting(false);
    for (let i = 0; i < 10; i++) await model.trainOnBatch(x, y);
    const { numTensors } = tf.memory();
    const native = nativeBackend().binding.getNumOfTensors();
    for (let i = 0; i < 10_000; i++) await model.trainOnBatch(x, y);
    assert.equal(tf.memory().numTensors, numTensors);
    assert.equal(nativeBackend().binding.getNumOfTensors(), native);
    assert.ok(sessions() > before.sessions);
    const { optimizer } = model;
    model.dispose();
    optimizer.dispose();
    tf.dispose([x, y]);
    assert.equal(sessions(), before.sessions);
    assert.equal(files(), before.files);
    // One may be new: the variable that all random numbers come from.
    assert.ok(tf.memory().numTensors <= before.tensors + 1);
  });
});

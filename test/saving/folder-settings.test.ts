import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LayersModel } from "@tensorflow/tfjs-node";
import { setRandomSeed, tf } from "../../src/keras/load.js";
import * as losses from "../../src/keras/losses/index.js";
import * as metrics from "../../src/keras/metrics/index.js";
import * as optimizers from "../../src/keras/optimizers/index.js";
import { loadModel, saveModel } from "../../src/saving/index.js";

type Settings = Parameters<LayersModel["compile"]>[0];

const decay = () =>
  optimizers.schedules.exponentialDecay({ initialLearningRate: 1, decaySteps: 2, decayRate: 0.5 });
const rise = () => optimizers.schedules.piecewiseConstantDecay({ boundaries: [2, 4], values: [1, 2, 0] });
const settings: Record<string, () => Settings> = {
  Adamax: () => ({ optimizer: optimizers.adamax(), loss: "meanSquaredError" }),
  "a loss with arguments": () => ({ optimizer: optimizers.nadam(), loss: losses.huber({ delta: 0.1 }) }),
  "a metric with arguments": () => ({
    optimizer: optimizers.sgd(),
    loss: "mse",
    metrics: ["mae", metrics.precision({ thresholds: 0.2, name: "p" })],
  }),
  AMSGrad: () => ({ optimizer: optimizers.adam({ amsgrad: true, learningRate: 0.5 }), loss: "mae" }),
  "clipping and weight decay": () => ({
    optimizer: optimizers.adam({ clipnorm: 0.01, weightDecay: 0.3, learningRate: 0.1 }),
    loss: losses.meanSquaredError(),
  }),
  "a schedule": () => ({ optimizer: optimizers.sgd({ learningRate: decay() }), loss: "mse" }),
  "a schedule of steps": () => ({ optimizer: optimizers.rmsprop({ learningRate: rise() }), loss: "mse" }),
  "weights of losses": () => ({ optimizer: optimizers.sgd(), loss: "mse", lossWeights: 3 }),
};

const x = [[1, -2, 0.5], [0, 1, 1], [3, 1, -1]]; // prettier-ignore
const y = [[0, 1], [1, 0], [1, 1]]; // prettier-ignore

describe("compile settings in folders and files", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "manabi-settings-"));
    // What the first training makes for all.
    await losesNothing(settings["Adamax"]!, async (model) => {
      await saveModel(model, join(folder, "first"));
      return loadModel(join(folder, "first"));
    });
  });
  after(() => rm(folder, { recursive: true }));

  async function losesNothing(
    compile: () => Settings,
    again: (model: LayersModel) => Promise<LayersModel>,
  ): Promise<void> {
    // The limit below is for losses of this size, whatever seed another test has left.
    setRandomSeed(1);
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
    model.compile(compile());
    const [inputs, targets] = [tf.tensor2d(x), tf.tensor2d(y)];
    const train = async (one: LayersModel): Promise<number[]> => {
      const { history } = await one.fit(inputs, targets, { epochs: 3, verbose: 0, shuffle: false });
      return [
        ...Object.values(history),
        ...one.getWeights().map((weight) => [...weight.dataSync()]),
      ].flat() as number[];
    };
    await train(model);
    const loaded = await again(model);
    const [expected, found] = [await train(model), await train(loaded)];
    assert.equal(found.length, expected.length);
    found.forEach((value, i) => assert.ok(Math.abs(value - expected[i]!) < 1e-5, `${value}, ${expected[i]}`));
    tf.dispose([inputs, targets]);
    loaded.dispose();
    model.optimizer.dispose();
    model.dispose();
  }

  for (const [name, compile] of Object.entries(settings)) {
    it(`trains on as before: ${name}`, async () => {
      const before = tf.memory().numTensors;
      for (const path of ["folder", "model.keras"]) {
        await losesNothing(compile, async (model) => {
          await saveModel(model, join(folder, path));
          return loadModel(join(folder, path));
        });
      }
      await losesNothing(compile, async (model) => {
        await model.save(`file://${join(folder, "own")}`, { includeOptimizer: true });
        return tf.loadLayersModel(`file://${join(folder, "own", "model.json")}`);
      });
      assert.ok(tf.memory().numTensors - before <= 0, `${tf.memory().numTensors - before} tensors are left`);
    });
  }

  it("still has what TensorFlow.js's own readers know", async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
    model.compile({ optimizer: "adam", loss: "meanSquaredError", metrics: ["accuracy"] });
    await saveModel(model, join(folder, "plain"));
    const { trainingConfig } = JSON.parse(await readFile(join(folder, "plain", "model.json"), "utf8")) as {
      trainingConfig: { loss: string; metrics: string[]; optimizer_config: { class_name: string } };
    };
    assert.equal(trainingConfig.loss, "mean_squared_error");
    assert.deepEqual(trainingConfig.metrics, ["accuracy"]);
    assert.equal(trainingConfig.optimizer_config.class_name, "Adam");
  });

  it("is left out with compile: false", async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
    model.compile({ optimizer: "adam", loss: losses.dice() });
    await saveModel(model, join(folder, "plain"));
    const loaded = await loadModel(join(folder, "plain"), { compile: false });
    assert.equal(loaded.optimizer, undefined);
  });

  it("names a schedule of one's own, which is code", async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
    model.compile({
      optimizer: optimizers.sgd({ learningRate: (step) => 1 / (step + 1) }),
      loss: "mse",
    });
    for (const name of ["own.keras", "own.h5", "own"])
      await assert.rejects(
        saveModel(model, join(folder, name)),
        /learningRate = "a function of your own".*optimizers\.schedules/s,
      );
    await saveModel(model, join(folder, "own"), { includeOptimizer: false });
  });
});

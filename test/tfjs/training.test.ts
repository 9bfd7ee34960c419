import assert from "node:assert/strict";
import type { LayersModel } from "@tensorflow/tfjs-node";
import { datasets } from "../../src/index.js";
import { setRandomSeed, tf } from "../../src/keras/load.js";

const trainCount = 1500;
const testCount = 500;

/** Trains on the first digits of MNIST; gives the accuracy on other digits. */
async function accuracyOf(model: LayersModel, shape: number[], epochs: number): Promise<number> {
  const { xTrain, yTrain, xTest, yTest } = await datasets.mnist.loadData();
  const images = (data: typeof xTrain, count: number) =>
    tf.tidy(() =>
      data
        .slice(0, count)
        .toTensor("float32")
        .div(255)
        .reshape([count, ...shape]),
    );
  const classes = (data: typeof yTrain, count: number) =>
    tf.tidy(() => tf.oneHot(data.slice(0, count).toTensor("int32"), 10).toFloat());
  await model.fit(images(xTrain, trainCount), classes(yTrain, trainCount), {
    epochs,
    batchSize: 50,
    verbose: 0,
  });
  const evaluated = model.evaluate(images(xTest, testCount), classes(yTest, testCount), { batchSize: 250 });
  return [evaluated].flat()[1]!.dataSync()[0]!;
}

describe("tfjs: training on digits", () => {
  it("learns with the CNN of the lesson and Adadelta(1.0)", async function () {
    this.timeout(60_000);
    setRandomSeed(1);
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 32, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] }),
        tf.layers.conv2d({ filters: 64, kernelSize: 3, activation: "relu" }),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.dropout({ rate: 0.25 }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 128, activation: "relu" }),
        tf.layers.dropout({ rate: 0.5 }),
        tf.layers.dense({ units: 10, activation: "softmax" }),
      ],
    });
    model.compile({
      loss: "categoricalCrossentropy",
      optimizer: tf.train.adadelta(1),
      metrics: ["accuracy"],
    });
    const accuracy = await accuracyOf(model, [28, 28, 1], 2);
    assert.ok(accuracy > 0.8, `accuracy ${accuracy}`);
  });

  it("learns with the MLP of the lesson and RMSprop", async function () {
    this.timeout(60_000);
    setRandomSeed(1);
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ units: 512, activation: "relu", inputShape: [784] }),
        tf.layers.dropout({ rate: 0.2 }),
        tf.layers.dense({ units: 512, activation: "relu" }),
        tf.layers.dropout({ rate: 0.2 }),
        tf.layers.dense({ units: 10, activation: "softmax" }),
      ],
    });
    model.compile({
      loss: "categoricalCrossentropy",
      optimizer: tf.train.rmsprop(0.001),
      metrics: ["accuracy"],
    });
    const accuracy = await accuracyOf(model, [784], 4);
    assert.ok(accuracy > 0.85, `accuracy ${accuracy}`);
  });
});

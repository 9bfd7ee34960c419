import assert from "node:assert/strict";
import type { LayersModel, Optimizer, SymbolicTensor, Tensor } from "@tensorflow/tfjs-node";
import { explain } from "../../src/keras/model/explain.js";
import { setRandomSeed, tf } from "../../src/keras/load.js";

/** A small model and data for it; built anew for each run from the same seed. */
interface Example {
  model: LayersModel;
  loss: string | string[];
  x: Tensor | Tensor[];
  y: Tensor | Tensor[];
}

const classes = (x: Tensor, count: number): Tensor =>
  tf
    .oneHot(tf.argMax(tf.slice(tf.reshape(x, [x.shape[0], -1]), [0, 0], [x.shape[0], count]), 1), count)
    .toFloat();

const examples: Record<string, () => Example> = {
  "dense with regularizer, BatchNormalization and Dropout": () => {
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ units: 16, inputShape: [8], activation: "relu", kernelRegularizer: "l1l2" }),
        tf.layers.batchNormalization(),
        tf.layers.dropout({ rate: 0.3 }),
        tf.layers.dense({ units: 3, activation: "softmax" }),
      ],
    });
    const x = tf.randomNormal([44, 8]);
    return { model, loss: "categoricalCrossentropy", x, y: classes(x, 3) };
  },
  convolutions: () => {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 4, kernelSize: 3, inputShape: [8, 8, 2], activation: "relu" }),
        tf.layers.conv2d({ filters: 5, kernelSize: 3, padding: "same", activation: "elu" }),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.dropout({ rate: 0.25 }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 4, activation: "sigmoid" }),
      ],
    });
    const x = tf.randomNormal([44, 8, 8, 2]);
    return { model, loss: "binaryCrossentropy", x, y: classes(x, 4) };
  },
  "Embedding and LSTM": () => {
    const model = tf.sequential({
      layers: [
        tf.layers.embedding({ inputDim: 20, outputDim: 6, inputLength: 5, maskZero: true }),
        tf.layers.lstm({ units: 7 }),
        tf.layers.dense({ units: 1, activation: "tanh" }),
      ],
    });
    const x = tf.floor(tf.randomUniform([44, 5], 0, 20));
    return { model, loss: "meanSquaredError", x, y: tf.mean(x, 1, true).div(20) };
  },
  "two inputs, two outputs, a shared layer": () => {
    const [a, b] = [tf.input({ shape: [4] }), tf.input({ shape: [4] })];
    const shared = tf.layers.dense({ units: 6, activation: "tanh" });
    const both = tf.layers.concatenate().apply([shared.apply(a), shared.apply(b)] as SymbolicTensor[]);
    const one = tf.layers.dense({ units: 2, name: "one" }).apply(both) as SymbolicTensor;
    const two = tf.layers.dense({ units: 1, name: "two" }).apply(both) as SymbolicTensor;
    const x = [tf.randomNormal([44, 4]), tf.randomNormal([44, 4])];
    const y = [tf.slice(x[0]!, [0, 0], [44, 2]), tf.sum(x[1]!, 1, true)];
    return {
      model: tf.model({ inputs: [a, b], outputs: [one, two] }),
      loss: ["meanSquaredError", "meanAbsoluteError"],
      x,
      y,
    };
  },
};

const optimizers: Record<string, () => Optimizer> = {
  sgd: () => tf.train.sgd(0.05),
  momentum: () => tf.train.momentum(0.02, 0.9),
  nesterov: () => tf.train.momentum(0.02, 0.9, true),
  rmsprop: () => tf.train.rmsprop(0.005),
  "rmsprop with momentum": () => tf.train.rmsprop(0.005, 0.9, 0.5),
  adam: () => tf.train.adam(0.01),
  adamax: () => tf.train.adamax(0.01),
  adagrad: () => tf.train.adagrad(0.05),
  adadelta: () => tf.train.adadelta(1),
};

/** Every number that fit, evaluate and predict give. */
async function train(
  build: () => Example,
  optimizer: () => Optimizer,
  runEagerly: boolean,
): Promise<number[]> {
  setRandomSeed(7);
  const { model, loss, x, y } = build();
  model.compile({ optimizer: optimizer(), loss, metrics: ["accuracy"], runEagerly });
  const { history } = await model.fit(x, y, { batchSize: 8, epochs: 3, verbose: 0, validationSplit: 0.2 });
  const numbers = Object.values(history).flat() as number[];
  for (let i = 0; i < 3; i++) {
    for (const scalar of [model.evaluate(x, y, { batchSize: 11 })].flat())
      numbers.push(scalar.dataSync()[0]!);
    for (const output of [model.predict(x, { batchSize: 44 })].flat()) numbers.push(...output.dataSync());
  }
  const report = explain(model);
  for (const step of runEagerly ? [] : [report.train, report.test, report.predict]) {
    assert.ok(
      step.some(({ state }) => state === "compiled"),
      JSON.stringify(step),
    );
    assert.deepEqual(
      step.filter(({ state }) => state === "eager"),
      [],
    );
  }
  model.dispose();
  model.optimizer.dispose();
  return numbers;
}

describe("compiled training computes what eager training computes", function () {
  this.timeout(60_000);

  const [firstExample] = Object.keys(examples);
  for (const [exampleName, example] of Object.entries(examples)) {
    for (const [optimizerName, optimizer] of Object.entries(optimizers)) {
      if (exampleName !== firstExample && optimizerName !== "rmsprop" && optimizerName !== "adamax") continue;
      it(`${exampleName}, ${optimizerName}`, async () => {
        const eager = await train(example, optimizer, true);
        const compiled = await train(example, optimizer, false);
        assert.equal(compiled.length, eager.length);
        eager.forEach((value, i) => {
          const difference = Math.abs(compiled[i]! - value);
          assert.ok(
            difference <= 1e-4 * Math.max(1, Math.abs(value)),
            `number ${i}: ${compiled[i]} against ${value}`,
          );
        });
      });
    }
  }
});

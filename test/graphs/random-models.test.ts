import assert from "node:assert/strict";
import type { layers } from "@tensorflow/tfjs-node";
import { explain } from "../../src/keras/model/explain.js";
import { setRandomSeed, tf } from "../../src/keras/load.js";

/** Numbers that repeat from a seed: a small linear congruential generator. */
function chooser(seed: number) {
  let state = seed;
  return <T>(choices: readonly T[]): T => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return choices[Math.floor((state / 2 ** 31) * choices.length)]!;
  };
}

type Choose = ReturnType<typeof chooser>;

const activations = [
  "relu",
  "tanh",
  "sigmoid",
  "elu",
  "linear",
  "hardSigmoid",
  "softplus",
  "selu",
  "relu6",
] as const;

/** One to three layers for flat features. */
const flat: ((choose: Choose) => layers.Layer)[] = [
  (choose) =>
    tf.layers.dense({
      units: choose([3, 5]),
      activation: choose(activations),
      useBias: choose([true, false]),
      ...choose([{}, { kernelRegularizer: "l1l2" as const }, { kernelConstraint: "maxNorm" as const }]),
    }),
  () => tf.layers.batchNormalization(),
  (choose) => tf.layers.dropout({ rate: choose([0.1, 0.5]) }),
  () => tf.layers.layerNormalization(),
  () => tf.layers.leakyReLU(),
  () => tf.layers.gaussianNoise({ stddev: 0.1 }),
];

/** Layers for pictures of 8 by 8. */
const spatial: ((choose: Choose) => layers.Layer)[] = [
  (choose) =>
    tf.layers.conv2d({
      filters: 3,
      kernelSize: 3,
      padding: "same",
      activation: choose(activations),
      strides: choose([1, 2]),
    }),
  () => tf.layers.depthwiseConv2d({ kernelSize: 3, padding: "same", activation: "relu" }),
  () => tf.layers.separableConv2d({ filters: 4, kernelSize: 3, padding: "same" }),
  () => tf.layers.conv2dTranspose({ filters: 2, kernelSize: 3, padding: "same" }),
  (choose) => choose([tf.layers.maxPooling2d, tf.layers.averagePooling2d])({ poolSize: 2, padding: "same" }),
  () => tf.layers.batchNormalization(),
  () => tf.layers.upSampling2d({ size: [2, 2] }),
];

/** Layers for sequences of 6. */
const sequential: ((choose: Choose) => layers.Layer)[] = [
  () => tf.layers.gru({ units: 3, returnSequences: true }),
  () => tf.layers.lstm({ units: 3, returnSequences: true, recurrentActivation: "sigmoid" }),
  () => tf.layers.simpleRNN({ units: 4, returnSequences: true }),
  () => tf.layers.conv1d({ filters: 3, kernelSize: 2, padding: "same", activation: "relu" }),
  () =>
    tf.layers.bidirectional({
      layer: tf.layers.gru({ units: 2, returnSequences: true }),
      mergeMode: "concat",
    }),
  () => tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 3 }) }),
];

const losses = [
  "categoricalCrossentropy",
  "meanSquaredError",
  "meanAbsoluteError",
  "binaryCrossentropy",
  "kullbackLeiblerDivergence",
];
const optimizers = ["sgd", "rmsprop", "adam", "adagrad", "adadelta", "adamax"];

async function numbersOf(seed: number, runEagerly: boolean): Promise<number[]> {
  setRandomSeed(seed);
  const choose = chooser(seed);
  const [family, shape] = choose([
    [flat, [6]],
    [spatial, [8, 8, 2]],
    [sequential, [6, 3]],
  ] as const);
  const model = tf.sequential();
  model.add(tf.layers.inputLayer({ inputShape: [...shape] }));
  for (let i = 0; i < 3; i++) model.add(choose(family)(choose));
  if (shape.length > 1) model.add(tf.layers.flatten());
  model.add(tf.layers.dense({ units: 3, activation: "softmax" }));
  model.compile({
    optimizer: choose(optimizers),
    loss: choose(losses),
    metrics: ["accuracy"],
    runEagerly,
  });
  const x = tf.randomNormal([21, ...shape]);
  const y = tf
    .oneHot(
      tf.tensor1d(
        Array.from({ length: 21 }, (_, i) => i % 3),
        "int32",
      ),
      3,
    )
    .toFloat();
  const { history } = await model.fit(x, y, { batchSize: 7, epochs: 3, verbose: 0, validationSplit: 1 / 3 });
  const prediction = model.predict(x);
  if (!runEagerly) assert.equal(explain(model).train[0]!.state, "compiled", explain(model).train[0]!.reason);
  const numbers = [...(Object.values(history).flat() as number[]), ...prediction.dataSync()];
  model.dispose();
  return numbers;
}

describe("random models train compiled as they do eagerly", function () {
  this.timeout(60_000);
  for (let seed = 1; seed <= 24; seed++) {
    it(`model ${seed}`, async () => {
      const [eager, compiled] = [await numbersOf(seed, true), await numbersOf(seed, false)];
      assert.equal(compiled.length, eager.length);
      eager.forEach((value, i) => {
        const close = Math.abs(compiled[i]! - value) <= 2e-4 * Math.max(1, Math.abs(value));
        assert.ok(
          close || (Number.isNaN(value) && Number.isNaN(compiled[i])),
          `${i}: ${compiled[i]} / ${value}`,
        );
      });
    });
  }
});

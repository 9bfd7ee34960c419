import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { LayersModel, Tensor, Variable } from "@tensorflow/tfjs-node";
import { tf } from "../../../src/keras/load.js";

type Numbers = number | Numbers[];
interface Case {
  x: Numbers[];
  y: Numbers[];
  weights: Numbers[][];
  sampleWeight?: number[];
  loss: number[];
  evaluated: number[];
  trained: Numbers[][];
}

const fixture = JSON.parse(
  readFileSync(new URL("../../../../test/fixtures/keras/training.json", import.meta.url), "utf8"),
) as { batch: number; epochs: number; cases: Record<string, Case> };

type Layer = InstanceType<typeof tf.layers.Layer>;

const { layers, regularizers, constraints } = tf;
const sequential = (...list: Layer[]) => tf.sequential({ layers: list });
const image = { inputShape: [6, 6, 2] };
const sequence = { inputShape: [5, 3] };
const vector = { inputShape: [3] };
const one = () => layers.dense({ units: 1 });

function twoOutputs(): LayersModel {
  const x = tf.input({ shape: [3] });
  const hidden = layers
    .dense({ units: 4, activation: "relu", kernelRegularizer: regularizers.l2({ l2: 0.1 }) })
    .apply(x);
  const outputs = [1, 2].map((units) => layers.dense({ units }).apply(hidden)) as ReturnType<
    typeof tf.input
  >[];
  return tf.model({ inputs: x, outputs });
}

const l2 = regularizers.l2({ l2: 0.1 });
const regularized = { kernelRegularizer: l2, recurrentRegularizer: l2, biasRegularizer: l2 };

const models: Record<string, () => LayersModel> = {
  regularizers: () =>
    sequential(
      layers.dense({
        ...vector,
        units: 4,
        activation: "tanh",
        kernelRegularizer: regularizers.l1l2({ l1: 0.01, l2: 0.02 }),
        biasRegularizer: regularizers.l1({ l1: 0.1 }),
      }),
      one(),
    ),
  constraints: () =>
    sequential(
      layers.dense({
        ...vector,
        units: 4,
        activation: "relu",
        kernelConstraint: constraints.maxNorm({ maxValue: 0.7, axis: 0 }),
      }),
      layers.dense({ units: 4, activation: "sigmoid", kernelConstraint: constraints.nonNeg() }),
      layers.dense({ units: 2, kernelConstraint: constraints.unitNorm({ axis: 0 }) }),
    ),
  "batch normalization": () =>
    sequential(layers.dense({ ...vector, units: 4 }), layers.batchNormalization({ momentum: 0.8 }), one()),
  "batch normalization without scale": () =>
    sequential(layers.batchNormalization({ ...vector, scale: false }), one()),
  "batch normalization without center": () =>
    sequential(layers.batchNormalization({ ...vector, center: false }), one()),
  "batch normalization, frozen": () =>
    sequential(layers.dense({ ...vector, units: 3 }), layers.batchNormalization({ trainable: false }), one()),
  "batch normalization of images": () =>
    sequential(
      layers.conv2d({ ...image, filters: 3, kernelSize: 3 }),
      layers.batchNormalization(),
      layers.reLU(),
      layers.flatten(),
      one(),
    ),
  "layer normalization": () =>
    sequential(layers.dense({ ...vector, units: 4 }), layers.layerNormalization(), one()),
  convolution: () =>
    sequential(
      layers.conv2d({ ...image, filters: 4, kernelSize: 3, padding: "same", activation: "relu" }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      one(),
    ),
  "separable convolution": () =>
    sequential(
      layers.separableConv2d({ ...image, filters: 3, kernelSize: 3 }),
      layers.globalAveragePooling2d({}),
      one(),
    ),
  "depthwise convolution": () =>
    sequential(layers.depthwiseConv2d({ ...image, kernelSize: 3, strides: 2 }), layers.flatten(), one()),
  "transposed convolution": () =>
    sequential(
      layers.conv2dTranspose({ ...image, filters: 2, kernelSize: 3, strides: 2 }),
      layers.averagePooling2d({ poolSize: 2 }),
      layers.flatten(),
      one(),
    ),
  "convolution in one dimension": () =>
    sequential(
      layers.conv1d({ ...sequence, filters: 4, kernelSize: 2, activation: "elu" }),
      layers.globalMaxPooling1d({}),
      one(),
    ),
  "simple rnn": () => sequential(layers.simpleRNN({ ...sequence, units: 4 }), one()),
  lstm: () =>
    sequential(
      layers.lstm({ ...sequence, units: 4, returnSequences: true, recurrentActivation: "sigmoid" }),
      layers.lstm({ units: 3, recurrentActivation: "sigmoid" }),
      one(),
    ),
  gru: () => sequential(layers.gru({ ...sequence, units: 4, resetAfter: false }), one()),
  bidirectional: () =>
    sequential(
      layers.bidirectional({
        ...sequence,
        layer: layers.lstm({ units: 3, recurrentActivation: "sigmoid" }),
        mergeMode: "concat",
      }),
      one(),
    ),
  prelu: () => sequential(layers.dense({ ...vector, units: 4 }), layers.prelu(), one()),
  "class weights": () => sequential(layers.dense({ ...vector, units: 3, activation: "softmax" })),
  "sample weights": () => sequential(layers.dense({ ...vector, units: 1 })),
  "two outputs": twoOutputs,
  "dilated convolution": () =>
    sequential(
      layers.conv2d({ ...image, filters: 2, kernelSize: 2, dilationRate: 2 }),
      layers.flatten(),
      one(),
    ),
  "dilated convolution, same": () =>
    sequential(
      layers.conv2d({
        ...image,
        filters: 2,
        kernelSize: 3,
        dilationRate: [1, 3],
        padding: "same",
        activation: "tanh",
      }),
      layers.flatten(),
      one(),
    ),
  "dilated convolution in one dimension": () =>
    sequential(
      layers.conv1d({ ...sequence, filters: 3, kernelSize: 2, dilationRate: 3 }),
      layers.flatten(),
      one(),
    ),
  "dilated depthwise convolution": () =>
    sequential(
      layers.depthwiseConv2d({ ...image, kernelSize: 3, dilationRate: 2, padding: "same" }),
      layers.flatten(),
      one(),
    ),
  "transposed convolution in three dimensions": () =>
    sequential(
      layers.conv3dTranspose({ inputShape: [2, 3, 2, 2], filters: 2, kernelSize: 2, strides: 2 }),
      layers.flatten(),
      one(),
    ),
  "batch normalization over axis 1": () =>
    sequential(layers.batchNormalization({ inputShape: [3, 4, 2], axis: 1 }), layers.flatten(), one()),
  "regularizers of recurrent layers": () =>
    sequential(
      layers.lstm({ ...sequence, ...regularized, units: 3, returnSequences: true }),
      layers.bidirectional({ layer: layers.gru({ ...regularized, units: 2 }), mergeMode: "concat" }),
      one(),
    ),
  "layer normalization without scale": () =>
    sequential(layers.layerNormalization({ ...vector, scale: false }), one()),
  "layer normalization without center": () =>
    sequential(
      layers.layerNormalization({ ...sequence, center: false, axis: [1, 2] }),
      layers.flatten(),
      one(),
    ),
  "causal convolution": () => {
    const padding = "causal";
    return sequential(
      layers.conv1d({ ...sequence, padding, filters: 3, kernelSize: 2, dilationRate: 2, activation: "relu" }),
      layers.conv1d({ padding, filters: 2, kernelSize: 3, strides: 2 }),
      layers.flatten(),
      one(),
    );
  },
  "a regularized layer used twice": () => {
    const x = tf.input({ shape: [3] });
    const kernelRegularizer = regularizers.l2({ l2: 0.3 });
    const shared = layers.dense({ units: 3, activation: "tanh", kernelRegularizer });
    const hidden = shared.apply(shared.apply(x)) as typeof x;
    return tf.model({ inputs: x, outputs: one().apply(hidden) });
  },
};

function assertClose(actual: Numbers, expected: Numbers, what: string): void {
  const [ours, theirs] = [actual, expected].map((numbers) => [numbers].flat(Infinity as 10) as number[]);
  assert.equal(ours!.length, theirs!.length, `${what}: ${ours!.length} numbers instead of ${theirs!.length}`);
  ours!.forEach((value, i) => {
    const difference = Math.abs(value - theirs![i]!);
    assert.ok(
      difference < 2e-5 + 1e-6 * Math.abs(theirs![i]!),
      `${what}[${i}] is ${value}, Keras has ${theirs![i]}`,
    );
  });
}

describe("tfjs/repairs: training against Keras", () => {
  for (const [name, expected] of Object.entries(fixture.cases)) {
    it(name, async () => {
      const model = models[name]!();
      model.layers.forEach((layer, i) => {
        // Not by setWeights, which applies constraints.
        layer.weights.forEach((weight, j) => {
          const value = tf.tensor(expected.weights[i]![j]!, weight.shape as number[]);
          (weight.read() as Variable).assign(value);
        });
      });
      const x = tf.tensor(expected.x);
      const y: Tensor | Tensor[] =
        name === "two outputs" ? expected.y.map((part) => tf.tensor(part)) : tf.tensor(expected.y);
      const loss = name === "class weights" ? "categoricalCrossentropy" : "meanSquaredError";
      model.compile({ loss, optimizer: tf.train.sgd(0.01) });
      const fit = () =>
        model.fit(x, y, {
          batchSize: fixture.batch,
          epochs: fixture.epochs,
          shuffle: false,
          verbose: 0,
          ...(name === "class weights" && { classWeight: { 0: 1, 1: 5, 2: 0.5 } }),
          ...(expected.sampleWeight && { sampleWeight: tf.tensor1d(expected.sampleWeight) }),
        });
      const { history } = await fit();
      assertClose(history["loss"] as number[], expected.loss, "loss");
      const evaluated = [model.evaluate(x, y, { batchSize: x.shape[0] })].flat();
      assertClose(
        evaluated.map((scalar) => scalar.dataSync()[0]!),
        expected.evaluated,
        "evaluated",
      );
      model.layers.forEach((layer, i) =>
        layer
          .getWeights()
          .forEach((weight, j) =>
            assertClose(weight.arraySync(), expected.trained[i]![j]!, `${layer.name} ${j}`),
          ),
      );
      tf.dispose(evaluated);
      const before = tf.memory().numTensors;
      await fit();
      const sampleWeights = expected.sampleWeight ? 1 : 0;
      assert.equal(tf.memory().numTensors, before + sampleWeights, "tensors left over");
      model.dispose();
    });
  }
});

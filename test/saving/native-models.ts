import type * as Tf from "@tensorflow/tfjs";
import { tf } from "../../src/keras/load.js";

/** Models as people write them with TensorFlow.js, all arguments at their defaults where possible. */
export const nativeModels: Record<string, () => Tf.LayersModel> = {
  native_mlp: () =>
    compiled(
      tf.sequential({
        layers: [
          tf.layers.dense({ units: 8, activation: "relu", inputShape: [5] }),
          tf.layers.dropout({ rate: 0 }),
          tf.layers.dense({ units: 3, activation: "softmax" }),
        ],
      }),
      tf.train.adadelta(1),
      "categoricalCrossentropy",
    ),
  native_cnn: () =>
    compiled(
      tf.sequential({
        layers: [
          tf.layers.conv2d({ filters: 4, kernelSize: 3, activation: "relu", inputShape: [8, 8, 1] }),
          tf.layers.batchNormalization(),
          tf.layers.maxPooling2d({ poolSize: 2 }),
          tf.layers.depthwiseConv2d({ kernelSize: 2, depthwiseRegularizer: "l1l2" }),
          tf.layers.separableConv2d({ filters: 3, kernelSize: 2, depthMultiplier: 2 }),
          tf.layers.flatten(),
          tf.layers.dense({ units: 2, kernelRegularizer: tf.regularizers.l2({ l2: 0.1 }) }),
        ],
      }),
      tf.train.momentum(0.01, 0.9, true),
      "meanSquaredError",
    ),
  native_embedding: () =>
    compiled(
      tf.sequential({
        layers: [
          tf.layers.embedding({ inputDim: 20, outputDim: 4, inputLength: 5 }),
          tf.layers.lstm({ units: 3, recurrentActivation: "sigmoid", returnSequences: true }),
          tf.layers.bidirectional({
            layer: tf.layers.gru({ units: 2, recurrentActivation: "sigmoid" }),
            mergeMode: "ave",
          }),
          tf.layers.dense({ units: 2 }),
        ],
      }),
      tf.train.sgd(0.1),
      "meanAbsoluteError",
    ),
  native_hard_sigmoid: () =>
    compiled(
      tf.sequential({
        layers: [
          tf.layers.lstm({
            units: 3,
            recurrentActivation: "hardSigmoid",
            returnSequences: true,
            inputShape: [4, 2],
          }),
          tf.layers.gru({ units: 2, recurrentActivation: "hardSigmoid", resetAfter: false }),
          tf.layers.dense({ units: 2, activation: "hardSigmoid" }),
        ],
      }),
      tf.train.sgd(0.1),
      "meanSquaredError",
    ),
  native_graph: () => {
    const a = tf.input({ shape: [4] });
    const b = tf.input({ shape: [4], name: "b" });
    const shared = tf.layers.dense({ units: 4, kernelInitializer: "heNormal" });
    const inner = tf.sequential({
      layers: [tf.layers.dense({ units: 4, inputShape: [4] }), tf.layers.reLU()],
    });
    const first = inner.apply(shared.apply(a)) as Tf.SymbolicTensor;
    const second = inner.apply(shared.apply(b)) as Tf.SymbolicTensor;
    const sum = tf.layers.add().apply([first, second]) as Tf.SymbolicTensor;
    const left = tf.layers.dense({ units: 1, activation: "sigmoid" }).apply(sum) as Tf.SymbolicTensor;
    const right = tf.layers
      .leakyReLU()
      .apply(tf.layers.concatenate().apply([sum, second])) as Tf.SymbolicTensor;
    const model = tf.model({ inputs: [a, b], outputs: [left, right] });
    return compiled(model, tf.train.rmsprop(0.01), ["binaryCrossentropy", "meanSquaredError"]);
  },
};

function compiled(model: Tf.LayersModel, optimizer: Tf.Optimizer, loss: string | string[]): Tf.LayersModel {
  model.compile({ optimizer, loss, metrics: ["accuracy", "rootMeanSquaredError"] });
  return model;
}

import type { LayersModel, SymbolicTensor, Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../src/keras/load.js";

/** Models that are written as SavedModels and read by others. */
export const exportedModels: Record<string, () => LayersModel> = {
  dense: () =>
    tf.sequential({
      layers: [
        tf.layers.dense({ units: 4, inputShape: [3], activation: "relu" }),
        tf.layers.dropout({ rate: 0.5 }),
        tf.layers.dense({ units: 2, activation: "softmax" }),
      ],
    }),
  convolutional: () =>
    tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 3, kernelSize: 3, inputShape: [8, 8, 1], activation: "relu" }),
        tf.layers.batchNormalization(),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 2 }),
      ],
    }),
  recurrent: () =>
    tf.sequential({
      layers: [tf.layers.lstm({ units: 4, inputShape: [5, 2] }), tf.layers.dense({ units: 1 })],
    }),
  "two inputs and outputs": () => {
    const [a, b] = [tf.input({ shape: [3], name: "first" }), tf.input({ shape: [2], name: "second" })];
    const both = tf.layers.concatenate().apply([a, b]) as SymbolicTensor;
    const outputs = ["left", "right"].map(
      (name) => tf.layers.dense({ units: 2, name }).apply(both) as SymbolicTensor,
    );
    return tf.model({ inputs: [a, b], outputs });
  },
};

/** Inputs 0, 0.01, 0.02, ... in a batch of 5. */
export const inputsFor = (model: LayersModel): { shapes: number[][]; tensors: Tensor[] } => {
  const shapes = model.inputs.map(({ shape }) => [5, ...(shape.slice(1) as number[])]);
  const tensors = shapes.map((shape) => {
    const size = shape.reduce((a, b) => a * b);
    return tf.tensor(
      Float32Array.from({ length: size }, (_, i) => i * 0.01),
      shape,
    );
  });
  return { shapes, tensors };
};

/** What a model gives for `inputsFor` it, by the outputs' names. */
export function outputsOf(model: LayersModel): Record<string, number[]> {
  const outputs = [model.predict(inputsFor(model).tensors)].flat();
  return Object.fromEntries(model.outputNames.map((output, i) => [output, [...outputs[i]!.dataSync()]]));
}

import assert from "node:assert/strict";
import type { layers, LayersModel, SymbolicTensor, Tensor } from "@tensorflow/tfjs-node";
import { explain } from "../../../src/keras/model/explain.js";
import { tf } from "../../../src/keras/load.js";

type Factories = Record<string, (args?: object) => layers.Layer>;
const factories = tf.layers as unknown as Factories;

const [sequence, image, volume] = [
  [6, 4],
  [6, 6, 4],
  [4, 4, 4, 4],
];
/** Arguments and the shape of an input for each layer that Manabi adds. Numbers are compared with Keras in test/saving. */
const cases: [name: string, args: object, shape: number[], inputs?: number][] = [
  ["additiveAttention", {}, sequence, 2],
  ["attention", { useScale: true, useCausalMask: true }, sequence, 3],
  ["conv1d", { filters: 4, kernelSize: 2, groups: 2 }, sequence],
  ["conv1dTranspose", { filters: 3, kernelSize: 3, strides: 2 }, sequence],
  ["conv2d", { filters: 4, kernelSize: 2, groups: 4 }, image],
  ["conv3d", { filters: 4, kernelSize: 2, groups: 2, dilationRate: 2 }, volume],
  ["cropping1d", { cropping: [1, 0] }, sequence],
  ["cropping3d", { cropping: [1, 0, [1, 2]] }, volume],
  ["depthwiseConv1d", { kernelSize: 2, depthMultiplier: 2 }, sequence],
  ["einsumDense", { equation: "...x,xy->...y", outputShape: 3, biasAxes: "y", activation: "relu" }, image],
  ["elu", { alpha: 0.5 }, sequence],
  ["globalAveragePooling1d", { keepdims: true }, sequence],
  ["globalAveragePooling3d", { keepdims: true }, volume],
  ["globalMaxPooling2d", { keepdims: true }, image],
  ["globalMaxPooling3d", { keepdims: true }, volume],
  ["groupNormalization", { groups: 2 }, image],
  ["identity", {}, sequence],
  ["multiHeadAttention", { numHeads: 2, keyDim: 3, useCausalMask: true }, sequence, 2],
  ["normalization", { axis: [1, 2] }, sequence],
  ["randomBrightness", { factor: 0.1 }, image],
  ["randomContrast", { factor: 0.1 }, image],
  ["randomFlip", {}, image],
  ["randomRotation", { factor: 0.1 }, image],
  ["randomTranslation", { heightFactor: 0.1, widthFactor: [0, 0.1] }, image],
  ["randomZoom", { heightFactor: 0.1 }, image],
  ["reLU", { negativeSlope: 0.1, threshold: 0.2, maxValue: 1 }, sequence],
  ["rmsNormalization", {}, sequence],
  ["separableConv1d", { filters: 3, kernelSize: 2 }, sequence],
  ["spatialDropout2d", { rate: 0.1 }, image],
  ["spatialDropout3d", { rate: 0.1 }, volume],
  ["subtract", {}, sequence, 2],
  ["unitNormalization", {}, sequence],
  ["upSampling1d", { size: 3 }, sequence],
  ["upSampling2d", { interpolation: "bilinear" }, image],
  ["upSampling3d", { size: [1, 2, 1] }, volume],
  ["zeroPadding1d", { padding: [0, 2] }, sequence],
  ["zeroPadding3d", { padding: 1 }, volume],
];

/** A model of one such layer between dense ones, so that gradients go through it. */
function modelWith(layer: layers.Layer, shape: number[], inputs: number): LayersModel {
  const input = tf.input({ shape });
  const hidden = tf.layers.dense({ units: 4 }).apply(input) as SymbolicTensor;
  const output = layer.apply(inputs === 1 ? hidden : Array.from({ length: inputs }, () => hidden));
  const flat = tf.layers.flatten().apply(output) as SymbolicTensor;
  return tf.model({ inputs: input, outputs: tf.layers.dense({ units: 1 }).apply(flat) });
}

const close = (a: Tensor, b: Tensor): number => tf.tidy(() => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!);

describe("keras/layers", () => {
  for (const [name, args, shape, inputs = 1] of cases) {
    it(`${name} trains as a graph, and is made again from its configuration`, async () => {
      const isMoved = ["randomRotation", "randomTranslation", "randomZoom"].includes(name);
      const [x, y] = [tf.randomUniform([4, ...shape]), tf.randomNormal([4, 1])];
      const before = tf.memory().numTensors;
      const layer = factories[name]!(args);
      const model = modelWith(layer, shape, inputs);
      model.compile({ optimizer: tf.train.sgd(0.001), loss: "meanSquaredError" });
      const computed = tf.model({ inputs: model.inputs, outputs: layer.output }).predict(x) as Tensor;
      assert.deepEqual(computed.shape.slice(1), (layer.output as SymbolicTensor).shape.slice(1));
      const predicted = model.predict(x) as Tensor;
      assert.deepEqual(predicted.shape, [4, 1]);

      const weights = model.getWeights().map((weight) => weight.clone());
      const again = await tf.models.modelFromJSON({ modelTopology: model.toJSON(null, false) as never });
      again.setWeights(weights);
      const repeated = again.predict(x) as Tensor;
      assert.equal(close(predicted, repeated), 0);

      if (isMoved) {
        // tf.image.transform has no gradient: such a layer comes before those with weights.
        await assert.rejects(model.fit(x, y, { verbose: 0 }), /gradient function not found for Transform/);
      } else {
        const { history } = await model.fit(x, y, { epochs: 3, verbose: 0 });
        const losses = history["loss"] as number[];
        assert.ok(losses.every(Number.isFinite), losses.join());
        assert.deepEqual(
          [...explain(model).train, ...explain(model).predict].map(({ state }) => state),
          ["compiled", "compiled"],
        );
      }
      tf.dispose([computed, predicted, repeated, weights]);
      again.dispose();
      model.optimizer.dispose();
      model.dispose();
      if (!isMoved) assert.equal(tf.memory().numTensors, before);
      tf.dispose([x, y]);
    });
  }
});

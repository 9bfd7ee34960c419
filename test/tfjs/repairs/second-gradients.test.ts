import assert from "node:assert/strict";
import type { layers, Scalar, Tensor, Tensor4D, Tensor5D } from "@tensorflow/tfjs-node";
import { setRandomSeed, tf } from "../../../src/keras/load.js";

type Loss = (x: Tensor) => Scalar;

// The same numbers each time: differences of values are no gradient across the edge of a ReLU.
setRandomSeed(3);

/** A curved function of all numbers of an output, so that the second gradient is not zero. */
const curved = (output: Tensor | Tensor[]): Scalar => tf.sum(tf.square(tf.tanh([output].flat()[0]!)));

const [image, filter] = [tf.randomNormal([2, 5, 5, 2]), tf.randomNormal([2, 2, 2, 3])] as [
  Tensor4D,
  Tensor4D,
];
const [volume, filter3d] = [tf.randomNormal([1, 4, 4, 4, 2]), tf.randomNormal([2, 2, 2, 2, 2])] as [
  Tensor5D,
  Tensor5D,
];
const depthwise = tf.randomNormal([2, 2, 2, 2]);
const as4 = (x: Tensor): Tensor4D => x as Tensor4D;
const as5 = (x: Tensor): Tensor5D => x as Tensor5D;

/** Each operation as a function of one of its inputs, and a value of it. */
const operations: Record<string, [(x: Tensor) => Tensor, Tensor]> = {
  tanh: [tf.tanh, image],
  sigmoid: [tf.sigmoid, image],
  exp: [(x) => tf.exp(x), image],
  sqrt: [(x) => tf.sqrt(tf.add(tf.square(x), 1)), image],
  softmax: [(x) => tf.softmax(x), image],
  logSoftmax: [(x) => tf.logSoftmax(x), image],
  softplus: [tf.softplus, image],
  elu: [tf.elu, image],
  selu: [tf.selu, image],
  "leaky relu": [(x) => tf.leakyRelu(x, 0.2), image],
  "relu 6": [tf.relu6, image],
  gather: [(x) => tf.gather(x, tf.tensor1d([0, 1, 1], "int32")), image],
  convolution: [(x) => tf.conv2d(as4(x), filter, 1, "same"), image],
  "convolution, filter": [(x) => tf.conv2d(image, as4(x), 2, "valid"), filter],
  "dilated convolution": [(x) => tf.conv2d(as4(x), filter, 1, "same", "NHWC", 2), image],
  "dilated convolution, filter": [(x) => tf.conv2d(image, as4(x), 1, "valid", "NHWC", 2), filter],
  "depthwise convolution": [(x) => tf.depthwiseConv2d(as4(x), as4(depthwise), 1, "same"), image],
  "depthwise convolution, filter": [(x) => tf.depthwiseConv2d(image, as4(x), 1, "same"), depthwise],
  "transposed convolution, filter": [
    (x) => tf.conv2dTranspose(image, as4(x), [2, 10, 10, 3], 2, "same"),
    tf.randomNormal([2, 2, 3, 2]),
  ],
  "3D convolution": [(x) => tf.conv3d(as5(x), filter3d, 1, "same"), volume],
  "3D convolution, filter": [(x) => tf.conv3d(volume, as5(x), 1, "same"), filter3d],
  "dilated 3D convolution": [(x) => tf.conv3d(as5(x), filter3d, 1, "same", "NDHWC", 2), volume],
  "dilated 3D convolution, filter": [(x) => tf.conv3d(volume, as5(x), 1, "valid", "NDHWC", 2), filter3d],
  "transposed 3D convolution": [
    (x) => tf.conv3dTranspose(as5(x), filter3d, [1, 8, 8, 8, 2], 2, "same"),
    volume,
  ],
  "transposed 3D convolution, filter": [
    (x) => tf.conv3dTranspose(volume, as5(x), [1, 8, 8, 8, 2], 2, "same"),
    filter3d,
  ],
  "mirrored margins": [
    (x) =>
      tf.mirrorPad(
        x,
        [
          [0, 0],
          [1, 2],
          [2, 0],
          [0, 1],
        ],
        "reflect",
      ),
    image,
  ],
  topk: [(x) => tf.topk(x, 2).values, image],
  max: [(x) => tf.max(x, 1), image],
  abs: [(x) => tf.abs(x), image],
  "max pooling": [(x) => tf.maxPool(as4(x), 2, 2, "same"), image],
  "max pooling that overlaps": [(x) => tf.maxPool(as4(x), [3, 2], 1, "valid"), image],
  "3D max pooling": [(x) => tf.maxPool3d(as5(x), 2, 2, "valid"), volume],
  einsum: [(x) => tf.einsum("abcd,ebcf->af", x, image), image],
  "einsum of one": [(x) => tf.einsum("abcd->ca", x), image],
  "average pooling": [(x) => tf.avgPool(as4(x), 2, 2, "same"), image],
  "3D average pooling": [(x) => tf.avgPool3d(as5(x), 2, 2, "same"), volume],
  "bilinear resizing": [(x) => tf.image.resizeBilinear(as4(x), [7, 8], false, true), image],
  "nearest resizing": [(x) => tf.image.resizeNearestNeighbor(as4(x), [7, 8], false, true), image],
};

const kernelSize = 2;
const layersByName: Record<string, [layers.Layer, number[], inputs?: number]> = {
  LSTM: [tf.layers.lstm({ units: 3, returnSequences: true }), [2, 4, 3]],
  GRU: [tf.layers.gru({ units: 3 }), [2, 4, 3]],
  SimpleRNN: [tf.layers.simpleRNN({ units: 3 }), [2, 4, 3]],
  BatchNormalization: [tf.layers.batchNormalization(), [4, 3]],
  LayerNormalization: [tf.layers.layerNormalization(), [2, 3, 4]],
  GroupNormalization: [tf.layers.groupNormalization({ groups: 2 }), [2, 3, 3, 4]],
  Conv1D: [tf.layers.conv1d({ filters: 3, kernelSize, padding: "causal", dilationRate: 2 }), [2, 6, 2]],
  "Conv2D with an activation": [
    tf.layers.conv2d({ filters: 3, kernelSize, activation: "elu" }),
    [2, 4, 4, 2],
  ],
  "Conv2D in groups": [tf.layers.conv2d({ filters: 4, kernelSize, groups: 2 }), [2, 4, 4, 4]],
  Conv1DTranspose: [tf.layers.conv1dTranspose({ filters: 3, kernelSize }), [2, 6, 2]],
  SeparableConv2D: [tf.layers.separableConv2d({ filters: 3, kernelSize }), [2, 4, 4, 2]],
  SeparableConv1D: [tf.layers.separableConv1d({ filters: 3, kernelSize }), [2, 6, 2]],
  EinsumDense: [tf.layers.einsumDense({ equation: "ab,bc->ac", outputShape: 3 }), [2, 4]],
  UpSampling2D: [tf.layers.upSampling2d({ interpolation: "bilinear" }), [2, 3, 3, 2]],
  Attention: [tf.layers.attention({ useScale: true }), [2, 4, 3], 2],
  MultiHeadAttention: [tf.layers.multiHeadAttention({ numHeads: 2, keyDim: 2 }), [2, 4, 3], 2],
};

/** The largest differences of the first and of the second gradient, along a random direction, from differences of values. */
function assertGradients(loss: Loss, x: Tensor): void {
  tf.tidy(() => {
    const direction = tf.randomNormal(x.shape);
    const step = 2e-3;
    const gradient = tf.grad(loss);
    const difference = (f: (x: Tensor) => Tensor): Tensor =>
      tf.div(tf.sub(f(tf.add(x, tf.mul(direction, step))), f(tf.sub(x, tf.mul(direction, step)))), 2 * step);
    const assertClose = (computed: Tensor, expected: Tensor, name: string): void => {
      const error = tf.norm(tf.sub(computed, expected)).dataSync()[0]!;
      const size = tf.norm(expected).dataSync()[0]!;
      assert.ok(error <= 0.05 * size + 0.02, `${name}: off by ${error} of ${size}`);
    };
    assertClose(tf.sum(tf.mul(gradient(x), direction)), difference(loss), "first");
    const second = tf.grad((z: Tensor) => tf.sum(tf.mul(gradient(z), direction)))(x);
    assertClose(second, difference(gradient), "second");
  });
}

describe("tfjs/repairs: second gradients", () => {
  beforeEach(() => setRandomSeed(3));

  for (const [name, [operation, x]] of Object.entries(operations)) {
    it(`of ${name}`, () => assertGradients((z) => curved(operation(z)), x));
  }

  for (const [name, [layer, shape, inputs = 1]] of Object.entries(layersByName)) {
    it(`through ${name}, in training`, () => {
      const x = tf.randomNormal(shape);
      const call = (z: Tensor): Scalar => curved(layer.apply(inputs === 1 ? z : [z, z], { training: true }));
      // Its weights are made outside of the gradient.
      tf.dispose(call(x));
      assertGradients(call, x);
      x.dispose();
    });
  }

  it("of weights: a penalty on the size of the gradient trains", () => {
    const layer = tf.layers.dense({ units: 2, activation: "tanh", inputShape: [3] });
    const model = tf.sequential({ layers: [layer] });
    const x = tf.randomNormal([4, 3]);
    const penalty = (): Scalar =>
      tf.sum(tf.square(tf.grad((z: Tensor) => curved(layer.apply(z) as Tensor))(x)));
    const before = penalty().dataSync()[0]!;
    const { grads } = tf.variableGrads(penalty);
    assert.equal(Object.keys(grads).length, 2);
    const optimizer = tf.train.sgd(0.01);
    for (let i = 0; i < 20; i++) optimizer.minimize(penalty);
    assert.ok(penalty().dataSync()[0]! < before);
    tf.dispose([grads, x]);
    model.dispose();
  });
});

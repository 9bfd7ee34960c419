import assert from "node:assert/strict";
import type { Tensor } from "@tensorflow/tfjs-node";
import { explain } from "../../../src/keras/model/explain.js";
import { tf } from "../../../src/keras/load.js";

interface Engine {
  trackTensor: (this: Engine, tensor: Tensor, backend: object) => void;
}

/** How many tensors with values of their own there are at most while `action` runs, over those before. */
function mostBuffers(action: () => unknown): number {
  const before = tf.memory().numDataBuffers;
  const engine = Object.getPrototypeOf(tf.engine()) as Engine;
  const { trackTensor } = engine;
  let most = 0;
  engine.trackTensor = function (...args) {
    trackTensor.apply(this, args);
    most = Math.max(most, tf.memory().numDataBuffers - before);
  };
  try {
    tf.tidy(action as () => Tensor);
  } finally {
    engine.trackTensor = trackTensor;
  }
  return most;
}

const x = tf.tensor1d([-2, 0, 1, 7]);
const cubed = (activation: (x: Tensor) => Tensor) => (input: Tensor) => tf.pow(activation(input), 3);
const leaky = (input: Tensor): Tensor => tf.leakyRelu(input, 0.5);
/** It is 1 and -2 where x is -2 and 1. */
const bent = (input: Tensor): Tensor => tf.leakyRelu(input, -0.5);

describe("gradients of activations", () => {
  it("makes one tensor for relu's gradient", () => {
    const step = tf.grad((input: Tensor) => tf.relu(input));
    // relu's output, the ones that the gradient begins with, the gradient
    assert.equal(
      mostBuffers(() => step(x)),
      3,
    );
  });

  it("are right for relu, relu6 and the leaky one, also with a negative slope", () => {
    const gradient = (activation: (x: Tensor) => Tensor) => tf.grad(activation)(x).arraySync();
    assert.deepEqual(gradient(tf.relu), [0, 0, 1, 1]);
    assert.deepEqual(gradient(tf.relu6), [0, 0, 1, 0]);
    assert.deepEqual(gradient(leaky), [0.5, 0.5, 1, 1]);
    assert.deepEqual(gradient(bent), [-0.5, -0.5, 1, 1]);
  });

  it("have gradients", () => {
    const second = (activation: (x: Tensor) => Tensor) =>
      tf
        .grad((input: Tensor) => tf.sum(tf.grad(cubed(activation))(input)))(x)
        .arraySync();
    assert.deepEqual(second(tf.relu), [0, 0, 6, 42]);
    assert.deepEqual(second(tf.relu6), [0, 0, 6, 0]);
    assert.deepEqual(second(leaky), [-1.5, 0, 6, 42]);
    assert.deepEqual(second(bent), [1.5, 0, 6, 42]);
  });

  it("pass where a whole number goes in", () => {
    const whole = tf.tensor1d([-1, 0, 2], "int32");
    const gradient = tf.grad((input: Tensor) => tf.cast(tf.relu(input), "float32"))(whole);
    assert.deepEqual(gradient.arraySync(), [0, 0, 1]);
  });

  it("are TensorFlow's operations in a graph, which the layer before can be fused with", async () => {
    const { layers } = tf;
    const model = tf.sequential({
      layers: [
        layers.conv2d({ filters: 2, kernelSize: 2, inputShape: [4, 4, 1] }),
        layers.leakyReLU(),
        layers.conv2d({ filters: 2, kernelSize: 2, activation: "relu" }),
        layers.flatten(),
        layers.dense({ units: 1 }),
      ],
    });
    model.compile({ loss: "meanSquaredError", optimizer: "sgd" });
    await model.trainOnBatch(tf.ones([2, 4, 4, 1]), tf.ones([2, 1]));
    const operations = explain(model).train[0]!.operations!;
    assert.deepEqual([operations["LeakyReluGrad"], operations["ReluGrad"]], [1, 1]);
    assert.deepEqual([operations["Greater"], operations["Select"]], [undefined, undefined]);
  });

  it("of logSigmoid, of an input that tidy frees", () => {
    const numbers = tf.tensor1d([1, -2]);
    const before = tf.memory().numTensors;
    const gradient = tf.grad((input: Tensor) => tf.tidy(() => tf.logSigmoid(tf.mul(input, 2))))(numbers);
    const slopes = [1, -2].map((value) => 2 / (1 + Math.exp(2 * value)));
    Array.from(gradient.dataSync()).forEach((value, i) => assert.ok(Math.abs(value - slopes[i]!) < 1e-6));
    gradient.dispose();
    assert.equal(tf.memory().numTensors, before);
    numbers.dispose();
  });
});

import assert from "node:assert/strict";
import type { Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../src/keras/load.js";

interface Engine {
  trackTensor: (this: Engine, tensor: Tensor, backend: object) => void;
}

describe("the memory of gradients", () => {
  const x = tf.tensor2d([-2, 0, 1, 3], [2, 2]);
  const bias = tf.tensor1d([0.5, -0.5]);
  const kept = (operation: () => Tensor): number => {
    let buffers = 0;
    tf.grad((input: Tensor) => {
      const before = tf.memory().numDataBuffers;
      const output = tf.tidy(operation);
      buffers = tf.memory().numDataBuffers - before;
      return tf.add(input, output);
    })(x).dispose();
    return buffers;
  };

  it("keeps one result of what is added, then goes through relu", () => {
    assert.equal(
      kept(() => tf.relu(tf.add(tf.sub(tf.square(x), bias), bias))),
      1,
    );
  });

  it("keeps no input for its shape", () => {
    assert.equal(
      kept(() => tf.mean(tf.concat([tf.exp(x), tf.square(x)]))),
      // The mean, and the output of exp, which is its gradient.
      2,
    );
  });

  it("leaves no tensor behind", () => {
    const before = tf.memory().numTensors;
    const gradient = tf.grad((input: Tensor) =>
      tf.mean(tf.relu(tf.add(tf.slice(input, [0, 0], [1, 2]), bias))),
    );
    gradient(x).dispose();
    assert.equal(tf.memory().numTensors, before);
  });

  it("gives the same gradients, of a disposed input, too", () => {
    const gradient = tf.grad((input: Tensor) => {
      const shifted = tf.add(input, bias);
      const output = tf.relu(shifted);
      shifted.dispose();
      return tf.sum(
        tf.mul(output, [
          [1, 2],
          [3, 4],
        ]),
      );
    })(x);
    assert.deepEqual(gradient.arraySync(), [
      [0, 0],
      [3, 4],
    ]);
    const ofBias = tf.grad((added: Tensor) => tf.sum(tf.relu(tf.sub(x, added))))(bias);
    assert.deepEqual(ofBias.arraySync(), [-1, -2]);
  });

  it("is that of few activations in the first step of a CNN, which is recorded", async () => {
    const { layers } = tf;
    const convolution = { filters: 8, kernelSize: 3, activation: "relu", padding: "same" } as const;
    const model = tf.sequential({
      layers: [
        layers.conv2d({ ...convolution, inputShape: [32, 32, 1] }),
        layers.conv2d(convolution),
        layers.maxPooling2d({ poolSize: 4 }),
        layers.flatten(),
        layers.dense({ units: 1 }),
      ],
    });
    model.compile({ loss: "meanSquaredError", optimizer: "sgd" });
    const [images, targets] = [tf.ones([16, 32, 32, 1]), tf.ones([16, 1])];
    const activation = 16 * 32 * 32 * 8 * 4;
    const engine = Object.getPrototypeOf(tf.engine()) as Engine;
    const { trackTensor } = engine;
    const before = tf.memory().numBytes;
    let most = 0;
    engine.trackTensor = function (...args) {
      trackTensor.apply(this, args);
      most = Math.max(most, tf.memory().numBytes - before);
    };
    try {
      await model.trainOnBatch(images, targets);
    } finally {
      engine.trackTensor = trackTensor;
    }
    // Four at once, when the second convolution's relu runs; what is saved counts once more for each time.
    assert.ok(most < 8 * activation, `${most / activation} activations`);
  });
});

import assert from "node:assert/strict";
import type { Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../src/tensorflow/load.js";

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

  it("makes one tensor for relu's gradient", () => {
    const step = tf.grad((input: Tensor) => tf.relu(input));
    // relu's output, the ones that the gradient begins with, the gradient
    assert.equal(
      mostBuffers(() => step(x)),
      3,
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

  it("gives relu's second gradients", () => {
    const cubed = (input: Tensor): Tensor => tf.pow(tf.relu(input), 3);
    const second = tf.grad((input: Tensor) => tf.sum(tf.grad(cubed)(input)))(x);
    assert.deepEqual(second.arraySync(), [
      [0, 0],
      [6, 18],
    ]);
  });

  it("passes relu's gradient on where a whole number goes in", () => {
    const whole = tf.tensor1d([-1, 0, 2], "int32");
    const gradient = tf.grad((input: Tensor) => tf.cast(tf.relu(input), "float32"))(whole);
    assert.deepEqual(gradient.arraySync(), [0, 0, 1]);
  });
});

import assert from "node:assert/strict";
import type { Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../../src/keras/load.js";

describe("keras/layers: axes that count from the end", () => {
  const x = () => tf.reshape(tf.range(0, 24, 1, "float32"), [2, 3, 4]);

  it("concatenate joins along any of them", () => {
    for (const axis of [-2, -1]) {
      const [input] = [x()];
      const layer = tf.layers.concatenate({ axis });
      const joined = layer.apply([input, input]) as Tensor;
      assert.deepEqual(joined.arraySync(), tf.concat([input, input], axis).arraySync());
      assert.deepEqual(layer.computeOutputShape([input.shape, input.shape]), joined.shape);
    }
  });

  it("batchNormalization gives in training what it gives for the same axis from the front", () => {
    const [fromEnd, fromFront] = [-2, 1].map(
      (axis) => tf.layers.batchNormalization({ axis }).apply(x(), { training: true }) as Tensor,
    );
    assert.deepEqual(fromEnd!.arraySync(), fromFront!.arraySync());
  });
});

describe("keras/layers: without arguments", () => {
  it("constraints, initializers and layers have Keras's defaults", () => {
    const weights = tf.tensor1d([3, 4]);
    assert.deepEqual(
      Array.from(tf.constraints.unitNorm().apply(weights).dataSync(), (value) => Number(value.toFixed(4))),
      [0.6, 0.8],
    );
    assert.deepEqual(tf.constraints.maxNorm().apply(weights).shape, [2]);
    assert.deepEqual(tf.initializers.orthogonal({}).apply([2, 2]).shape, [2, 2]);
    const pooled = tf.layers.maxPooling2d().apply(tf.ones([1, 4, 4, 1])) as Tensor;
    assert.deepEqual(pooled.shape, [1, 2, 2, 1]);
    assert.throws(() => tf.layers.dense(undefined as never), /units/);
  });
});

import assert from "node:assert/strict";
import { NdArray, tf } from "../../../src/index.js";

const [x, y] = [new NdArray(Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2]), new NdArray(Uint8Array.of(0, 1, 1))];

function classifier(): tf.Sequential {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 2, inputShape: [2], activation: "softmax", kernelInitializer: "identity" }),
    ],
  });
  model.compile({ loss: "sparseCategoricalCrossentropy", optimizer: "sgd", metrics: ["accuracy"] });
  return model;
}

describe("keras/model: arrays in place of tensors", () => {
  it("train, evaluate and predict the same, and leave no tensors", async () => {
    const run = async (xs: NdArray | tf.Tensor, ys: NdArray | tf.Tensor) => {
      const model = classifier();
      const options = {
        epochs: 2,
        verbose: 0,
        shuffle: false,
        validationData: [xs, ys] as [NdArray, NdArray],
      };
      const { history } = await model.fit(xs, ys, options);
      const results = [...(model.evaluate(xs, ys) as tf.Tensor[]), model.predict(xs)];
      const numbers = [...results.flatMap((each) => [...each.dataSync()]), await model.trainOnBatch(xs, ys)];
      tf.dispose(results);
      model.dispose();
      return JSON.stringify([history, numbers]);
    };
    const [xTensor, yTensor] = [x.toTensor(), y.toTensor()];
    const expected = await run(xTensor, yTensor);
    const before = tf.memory().numTensors;
    assert.equal(await run(x, y), expected);
    assert.equal(tf.memory().numTensors, before);
    tf.dispose([xTensor, yTensor]);
  });

  it("are disposed of when the call fails", async () => {
    const model = classifier();
    const before = tf.memory().numTensors;
    const wrong = new NdArray(new Float32Array(9), [3, 3]);
    assert.throws(() => model.predict(wrong), /the model was made for samples of shape \[2\]/);
    await assert.rejects(model.fit(wrong, y, { validationSplit: 0.5 }), /the model was made for samples of/);
    assert.equal(tf.memory().numTensors, before);
    model.dispose();
  });
});

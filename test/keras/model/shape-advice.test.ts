import assert from "node:assert/strict";
import { tf } from "../../../src/index.js";

/** A model of inputs of a shape, with three classes. */
function classifier(inputShape: number[], loss = "categoricalCrossentropy"): tf.Sequential {
  const model = tf.sequential();
  if (inputShape.length > 1) model.add(tf.layers.flatten({ inputShape }));
  model.add(
    tf.layers.dense({ units: 3, activation: "softmax", inputShape: [inputShape.reduce((a, b) => a * b)] }),
  );
  model.compile({ loss, optimizer: "sgd" });
  return model;
}

const cases: [what: string, model: number[], data: number[], advice: string][] = [
  [
    "one sample",
    [28, 28, 1],
    [28, 28, 1],
    "This is one sample; the model takes several: add the batch axis with x.expandDims(0).",
  ],
  [
    "images without channels",
    [28, 28, 1],
    [5, 28, 28],
    "The axis of the channels is missing: add it with x.expandDims(-1).",
  ],
  [
    "channels first",
    [28, 28, 3],
    [5, 3, 28, 28],
    "The channels come first: put them last with x.transpose([0, 2, 3, 1]).",
  ],
  [
    "images for vectors",
    [784],
    [5, 28, 28],
    "Flatten each sample with x.reshape([-1, 784]), or begin the model with tf.layers.flatten({ inputShape: [28, 28] }).",
  ],
  ["vectors for images", [28, 28, 1], [5, 784], "Reshape each sample with x.reshape([-1, 28, 28, 1])."],
  ["another size", [4], [5, 3], "Each sample has 3 numbers; the model was made for samples of shape [4]."],
];

describe("keras/model: errors of shapes", () => {
  for (const [what, inputShape, shape, advice] of cases) {
    it(`say what to do: ${what}`, async () => {
      const model = classifier(inputShape);
      const endsWithAdvice = (error: Error) => error.message.endsWith(`\n${advice}`);
      assert.throws(() => model.predict(tf.zeros(shape)), endsWithAdvice);
      await assert.rejects(model.fit(tf.zeros(shape), tf.zeros([5, 3])), endsWithAdvice);
      model.dispose();
    });
  }

  it("say what to do: one-hot targets for class numbers", async () => {
    const model = classifier([2], "sparseCategoricalCrossentropy");
    await assert.rejects(model.fit(tf.zeros([5, 2]), tf.zeros([5, 3])), (error: Error) =>
      error.message.endsWith(
        "The loss 'sparseCategoricalCrossentropy' expects class numbers, and these seem to be one-hot: compile the model with " +
          "the loss 'categoricalCrossentropy', or make class numbers with y.argMax(-1).",
      ),
    );
  });

  it("say what to do: arrays for tensors", async () => {
    const model = classifier([2]);
    const [x, y] = [[[1, 2]] as never, [[1, 0, 0]] as never];
    const advice = /\nInputs and targets must be tensors: make one of an array with tf\.tensor\(array\)\.$/;
    assert.throws(() => model.predict(x), advice);
    assert.throws(() => model.predict(undefined as never), advice);
    assert.throws(() => model.evaluate(tf.zeros([1, 2]), y), advice);
    await assert.rejects(model.fit(x, y), advice);
    await assert.rejects(model.fit(x, y, { validationSplit: 0.5 }), advice);
  });

  it("leave the word to TensorFlow.js before the model is compiled", () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
    assert.throws(
      () => model.evaluate(tf.ones([4, 2]), tf.ones([4, 1])),
      /needs to be compiled before being used\.$/,
    );
  });

  it("stay as they are where nothing is known to help", () => {
    const model = classifier([2]);
    assert.throws(
      () => model.evaluate(tf.zeros([5, 2]), tf.zeros([5, 4])),
      /expected a batch of elements .* \(tensor shape \[5,4\]\)$/,
    );
    assert.throws(() => model.predict([tf.zeros([5, 2]), tf.zeros([5, 2])]), /instead got 2 Tensors\(s\)\.$/);
  });
});

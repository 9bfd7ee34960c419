import assert from "node:assert/strict";
import type { layers, SymbolicTensor, Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../../src/keras/load.js";
import { masksOf } from "../../../src/keras/layers/masks.js";

const words = () =>
  tf.tensor2d([
    [1, 2, 0],
    [3, 0, 0],
  ]);

describe("keras/layers: masks", () => {
  const embedding = (): layers.Layer => tf.layers.embedding({ inputDim: 4, outputDim: 2, maskZero: true });
  const maskAfter = (layer: layers.Layer): unknown =>
    tf.tidy(() => masksOf([layer.apply(embedding().apply(words())) as Tensor])[0]?.arraySync());
  const expected = [
    [1, 1, 0],
    [1, 0, 0],
  ];

  it("go on through layers that support them, also one that gives its input back", () => {
    assert.deepEqual(maskAfter(tf.layers.dense({ units: 2 })), expected);
    assert.deepEqual(maskAfter(tf.layers.dropout({ rate: 0.5 })), expected);
    assert.equal(maskAfter(tf.layers.flatten()), undefined);
  });

  it("of a sum are those of one of its inputs", () => {
    tf.tidy(() => {
      const [a, b] = [tf.tensor2d([[1, 0, 0]]), tf.tensor2d([[0, 2, 0]])];
      const sum = tf.layers.add().apply([embedding().apply(a), embedding().apply(b)]) as Tensor;
      assert.deepEqual(masksOf([sum])[0]?.arraySync(), [[1, 1, 0]]);
      const plain = tf.layers.add().apply([embedding().apply(a), tf.ones([1, 3, 2])]) as Tensor;
      assert.equal(masksOf([plain])[0] ?? undefined, undefined);
    });
  });

  it("do not reach the layers of another branch", () => {
    const [first, second] = [tf.input({ shape: [3] }), tf.input({ shape: [3, 2] })];
    const masked = tf.layers.lstm({ units: 2 }).apply(embedding().apply(first));
    const plain = tf.layers.lstm({ units: 2 });
    const outputs = [masked, plain.apply(second)] as SymbolicTensor[];
    const model = tf.model({ inputs: [first, second], outputs });
    tf.tidy(() => {
      const signal = tf.randomNormal([2, 3, 2]);
      const [, predicted] = model.predict([words(), signal]) as Tensor[];
      assert.deepEqual(predicted!.arraySync(), (plain.apply(signal) as Tensor).arraySync());
    });
    model.dispose();
  });

  it("leave out the masked steps of a mean over time", () => {
    tf.tidy(() => {
      const vectors = embedding().apply(words()) as Tensor;
      const model = tf.sequential({ layers: [embedding(), tf.layers.globalAveragePooling1d({})] });
      model.build([null, 3]);
      model.setWeights([
        tf.tensor2d([
          [9, 9],
          [1, 2],
          [3, 4],
          [5, 6],
        ]),
      ]);
      assert.deepEqual(model.predict(words()).arraySync(), [
        [2, 3],
        [5, 6],
      ]);
      vectors.dispose();
    });
  });

  it("are freed with their tensors", () => {
    const layer = embedding();
    const [x, dense] = [words(), tf.layers.dense({ units: 2 })];
    tf.dispose(dense.apply(layer.apply(x)));
    const before = tf.memory().numTensors;
    for (let i = 0; i < 3; i++) {
      const vectors = layer.apply(x) as Tensor;
      tf.dispose([dense.apply(vectors), vectors]);
    }
    assert.equal(tf.memory().numTensors, before);
    x.dispose();
  });
});

describe("keras/layers: repeated inputs", () => {
  it("leave a tensor to the layers after the one that takes it twice", () => {
    const input = tf.input({ shape: [2] });
    const hidden = tf.layers.dense({ units: 2 }).apply(input) as SymbolicTensor;
    const product = tf.layers.multiply().apply([hidden, hidden]) as SymbolicTensor;
    const sum = tf.layers.add().apply([hidden, product]) as SymbolicTensor;
    const model = tf.model({
      inputs: input,
      outputs: tf.layers.add().apply([sum, hidden]),
    });
    model.setWeights([
      tf.tensor2d([
        [1, 0],
        [0, 1],
      ]),
      tf.zeros([2]),
    ]);
    const before = tf.memory().numTensors;
    tf.tidy(() => assert.deepEqual((model.predict(tf.tensor2d([[2, 3]])) as Tensor).arraySync(), [[8, 15]]));
    tf.tidy(() => assert.deepEqual((model.apply(tf.tensor2d([[2, 3]])) as Tensor).arraySync(), [[8, 15]]));
    assert.equal(tf.memory().numTensors, before);
    model.dispose();
  });
});

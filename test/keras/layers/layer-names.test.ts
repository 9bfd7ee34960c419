import assert from "node:assert/strict";
import { tf } from "../../../src/index.js";

/** The number behind a name, 0 if there is none. */
function numberOf(name: string, base: string): number {
  assert.match(name, new RegExp(`^${base}(_\\d+)?$`));
  return Number(name.slice(base.length + 1));
}

describe("keras/layers: names of layers", () => {
  it("count up, as Keras's", () => {
    const [first, second] = [tf.layers.dense({ units: 1 }), tf.layers.dense({ units: 1 })];
    assert.equal(numberOf(second.name, "dense"), numberOf(first.name, "dense") + 1);
    numberOf(tf.layers.maxPooling2d({ poolSize: 2 }).name, "max_pooling2d");
    numberOf(tf.layers.batchNormalization().name, "batch_normalization");
    numberOf(tf.layers.leakyReLU().name, "leaky_re_lu");
    numberOf(tf.layers.simpleRNN({ units: 1 }).name, "simple_rnn");
    numberOf(tf.sequential().name, "sequential");
    const input = tf.input({ shape: [2] });
    // The name of the tensor may be taken by another model.
    numberOf(input.sourceLayer.name, "input_layer");
    const outputs = second.apply(input) as tf.SymbolicTensor;
    numberOf(tf.model({ inputs: input, outputs }).name, "functional");
  });

  it("are kept where they are given", () => {
    const input = tf.input({ shape: [2], name: "pixels" });
    const outputs = tf.layers.dense({ units: 1, name: "answer" }).apply(input) as tf.SymbolicTensor;
    const model = tf.model({ inputs: input, outputs, name: "net" });
    assert.deepEqual([model.name, ...model.layers.map(({ name }) => name)], ["net", "pixels", "answer"]);
    assert.equal(tf.sequential({ name: "mine" }).name, "mine");
  });

  it("name the weights and the outputs", () => {
    const layer = tf.layers.dense({ units: 1, inputShape: [2] });
    const model = tf.sequential({ layers: [layer] });
    assert.deepEqual(
      model.weights.map(({ originalName }) => originalName),
      [`${layer.name}/kernel`, `${layer.name}/bias`],
    );
    model.compile({ loss: "meanSquaredError", optimizer: "sgd" });
    assert.deepEqual(model.outputNames, [layer.name]);
  });

  it("never meet one that is given, or comes from a file", async () => {
    const next = numberOf(tf.layers.dense({ units: 1 }).name, "dense") + 1;
    const saved = tf.sequential({
      layers: [tf.layers.dense({ units: 1, inputShape: [1], name: `dense_${next}` })],
    });
    const config = saved.toJSON(null, false);
    const model = (await tf.models.modelFromJSON(config as never)) as tf.Sequential;
    model.add(tf.layers.dense({ units: 1 }));
    assert.deepEqual(
      model.layers.map(({ name }) => name),
      [`dense_${next}`, `dense_${next + 1}`],
    );
  });

  it("leave the functions that make layers their names", () => {
    assert.equal(tf.layers.lstm.name, "lstm");
    assert.equal(tf.layers.flatten.name, "flatten");
  });
});

import assert from "node:assert/strict";
import type { LayersModel } from "@tensorflow/tfjs";
import { modelNodes } from "../../src/figures/model-graph.js";
import { tf } from "../../src/keras/load.js";
import { branches, chain } from "./models.js";

describe("modelNodes", () => {
  it("lists layers from input to output with what feeds them", () => {
    assert.deepEqual(
      modelNodes(branches()).map(({ name, inputs }) => [name, inputs]),
      [["in", []], ["left", ["in"]], ["deeper", ["left"]], ["merge", ["deeper", "in"]]], // prettier-ignore
    );
    assert.deepEqual(modelNodes(chain())[1], {
      name: "conv",
      className: "Conv2D",
      details: ["3x3", "relu"],
      outputShapes: [[null, 6, 6, 2]],
      params: 20,
      trainable: true,
      inputs: ["conv_input"],
    });
  });

  it("leaves out what a shared layer does in another model", () => {
    const shared = tf.layers.dense({ units: 1, name: "shared" });
    const models = ["a", "b"].map((name) => {
      const input = tf.input({ shape: [2], name });
      const before = tf.layers.dense({ units: 2, name: `before_${name}` }).apply(input);
      return tf.model({ inputs: input, outputs: shared.apply(before) });
    });
    assert.deepEqual(modelNodes(models[1]!).map(({ name }) => name), ["b", "before_b", "shared"]); // prettier-ignore
  });

  it("says what is wrong", () => {
    assert.throws(() => modelNodes({} as LayersModel), /Expected a model as tf.sequential, tf.model/);
    assert.throws(
      () => modelNodes(tf.sequential({ name: "empty" })),
      /The model empty has no shapes yet. Give its first layer an inputShape/,
    );
  });
});

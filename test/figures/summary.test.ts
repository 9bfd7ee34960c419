import assert from "node:assert/strict";
import { inspect } from "node:util";
import { summary } from "../../src/index.js";
import type { SymbolicTensor } from "@tensorflow/tfjs";
import { tf } from "../../src/keras/load.js";
import { branches, chain } from "./models.js";
import { bundleOf } from "./snapshot.js";

describe("summary", () => {
  it("is a table as text", () => {
    assert.equal(
      inspect(summary(chain())),
      [
        'Model: "chain"',
        "Layer (type)    Output shape     Params",
        "───────────────────────────────────────",
        "conv (Conv2D)   [null, 6, 6, 2]      20",
        "flat (Flatten)  [null, 72]            0",
        "drop (Dropout)  [null, 72]            0",
        "out (Dense)     [null, 3]           219",
        "───────────────────────────────────────",
        "Total params: 239 (956 B)",
        "Trainable params: 239 (956 B)",
        "Non-trainable params: 0 (0 B)",
      ].join("\n"),
    );
  });

  it("names the inputs of a model that is made of them", () => {
    const input = tf.input({ shape: [2], name: "inputs" });
    const output = tf.layers.dense({ units: 1, name: "answer" }).apply(input) as SymbolicTensor;
    assert.match(
      inspect(summary(tf.model({ inputs: input, outputs: output }))),
      /inputs \(InputLayer\) +\[null, 2\] +0\nanswer \(Dense\) +\[null, 1\] +3\n/,
    );
  });

  it("is what a model itself shows and prints", () => {
    const model = chain();
    assert.deepEqual(bundleOf(model as never), bundleOf(summary(model)));
    assert.equal(inspect(model), inspect(summary(model)));
    const empty = tf.sequential({ name: "empty" });
    assert.equal(
      inspect(empty),
      'Model: "empty", without shapes as long as its first layer has no inputShape',
    );
  });

  it("says what layers are connected to if there are branches, and which weights are frozen", () => {
    const model = branches();
    model.getLayer("left").trainable = false;
    const text = inspect(summary(model));
    assert.match(text, /Connected to\n/);
    assert.match(text, /merge \(Concatenate\) .* deeper, in\n/);
    assert.match(text, /Trainable params: 8 \(32 B\)\nNon-trainable params: 15 \(60 B\)$/);
    assert.match(bundleOf(summary(model))["text/html"] as string, /<td style="text-align:right">15<\/td>/);
  });
});

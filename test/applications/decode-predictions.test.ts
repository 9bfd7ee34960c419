import assert from "node:assert/strict";
import * as applications from "../../src/applications/index.js";
import { indexFrom } from "../../src/applications/class-index.js";
import { ranked } from "../../src/applications/decode-predictions.js";
import { tf } from "../../src/keras/load.js";

describe("applications: decodePredictions", () => {
  it("the highest first, among equals the first, for each picture", () => {
    const classes = [
      ["n1", "crane"],
      ["n2", "crane"],
      ["n3", "tabby"],
    ] as const;
    const found = ranked(Float32Array.of(0.25, 0.25, 0.5, 1, 0, 0), classes, 2);
    assert.deepEqual(found, [
      [
        { id: "n3", name: "tabby", score: 0.5 },
        { id: "n1", name: "crane", score: 0.25 },
      ],
      [
        { id: "n1", name: "crane", score: 1 },
        { id: "n2", name: "crane", score: 0 },
      ],
    ]);
  });

  it("says what it expects", async () => {
    const own = tf.zeros([2, 10]);
    await assert.rejects(applications.decodePredictions(own), /got a tensor of \[2, 10\].*argMax/);
    await assert.rejects(applications.vgg16.decodePredictions([0.1] as never), /Expected a tensor/);
    const all = tf.zeros([1, 1000]);
    await assert.rejects(applications.decodePredictions(all, { top: 0 }), /top: 0.*1 to 1000/);
    tf.dispose([own, all]);
  });

  it("names that are not Keras's are refused", () => {
    assert.throws(() => indexFrom('{"0":"n01440764"}', '{"0":"tench, Tinca tinca"}'), /not Keras's: MD5/);
  });
});

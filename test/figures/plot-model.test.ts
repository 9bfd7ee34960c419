import assert from "node:assert/strict";
import { plotModel } from "../../src/figures/plot-model.js";
import { tf } from "../../src/keras/load.js";
import { branches, chain } from "./models.js";
import { assertSnapshot, svgOf } from "./snapshot.js";

describe("plotModel", () => {
  it("draws layers, shapes and branches", () => {
    const svg = svgOf(plotModel(branches()));
    for (const text of ["InputLayer", "Dense", "Concatenate", "left", "[null, 6]", "15 params"]) {
      assert.ok(svg.includes(`>${text}<`), text);
    }
    assertSnapshot("model-branches", svg);
    assertSnapshot("model-chain", svgOf(plotModel(chain())));
  });

  it("makes no tensors", () => {
    const model = branches();
    const before = tf.memory().numTensors;
    svgOf(plotModel(model));
    assert.equal(tf.memory().numTensors, before);
  });
});

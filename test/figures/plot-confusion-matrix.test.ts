import assert from "node:assert/strict";
import { confusionMatrix, plotConfusionMatrix } from "../../src/figures/plot-confusion-matrix.js";
import { tf } from "../../src/keras/load.js";
import { assertSnapshot, bundleOf, svgOf } from "./snapshot.js";

const labels = [0, 0, 0, 1, 1, 2, 2, 2, 2];
const predictions = [0, 0, 1, 1, 1, 2, 2, 2, 0];

describe("plotConfusionMatrix", () => {
  it("counts by true and predicted class", () => {
    const counts = [[2, 1, 0], [0, 2, 0], [1, 0, 3]]; // prettier-ignore
    assert.deepEqual(confusionMatrix(labels, predictions), counts);
    assert.deepEqual(confusionMatrix([0], [0], 2), [[1, 0], [0, 0]]); // prettier-ignore
  });

  it("takes one-hot labels and probabilities as tensors, and leaves them alone", () => {
    const [truth, probabilities] = [tf.tensor2d([[0, 1], [1, 0]]), tf.tensor2d([[0.4, 0.6], [0.3, 0.7]])]; // prettier-ignore
    const before = tf.memory().numTensors;
    assert.deepEqual(confusionMatrix(truth, probabilities), [[0, 1], [0, 1]]); // prettier-ignore
    assert.equal(tf.memory().numTensors, before);
    tf.dispose([truth, probabilities]);
  });

  it("draws rows of true classes with their names, in per cent if asked", () => {
    const value = plotConfusionMatrix(labels, predictions, {
      classNames: ["cat", "dog", "crow"],
      normalize: true,
    });
    const svg = svgOf(value);
    for (const text of ["cat", "crow", "predicted", "true", "67 %", "75 %", "100 %"])
      assert.match(svg, new RegExp(`>${text}<`));
    assertSnapshot("confusion-matrix", svg);
    const { data } = bundleOf(value)["application/vnd.plotly.v1+json"] as { data: { z?: unknown }[] };
    assert.deepEqual(data[0]!.z, [[2 / 3, null, null], [null, 1, null], [null, null, 0.75]]); // prettier-ignore
  });

  it("draws one without mistakes", () => {
    assert.match(svgOf(plotConfusionMatrix([0, 1], [0, 1])), /<svg /);
  });

  it("says what is wrong", () => {
    assert.throws(
      () => plotConfusionMatrix([0, 1], [0]),
      /as many predictions as labels.*got 2 labels and 1 predictions/,
    );
    assert.throws(() => plotConfusionMatrix([], []), /got 0 labels and 0 predictions/);
    assert.throws(
      () => plotConfusionMatrix([0], [0.7]),
      /must be class indices.*number 0 is 0.7.*prediction\.round\(\)/,
    );
    assert.throws(() => plotConfusionMatrix([0], [Number.NaN]), /predictions contain NaN \(at position 0\)/);
    assert.throws(
      () => plotConfusionMatrix([[[0]]], [0]),
      /labels must be class indices \[n\].*shape \[1, 1, 1\]/,
    );
    assert.throws(
      () => plotConfusionMatrix([0, 2], [0, 2], { classNames: ["a", "b"] }),
      /Class 2 has no name/,
    );
  });
});

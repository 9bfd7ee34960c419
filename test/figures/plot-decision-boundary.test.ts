import assert from "node:assert/strict";
import type { LayersModel } from "@tensorflow/tfjs";
import { plotDecisionBoundary } from "../../src/figures/plot-decision-boundary.js";
import { tf } from "../../src/keras/load.js";
import { assertSnapshot, bundleOf, svgOf } from "./snapshot.js";

const x = [[0, 0], [0, 1], [1, 0], [1, 1]]; // prettier-ignore

/** A dense layer with given weights. */
function dense(kernel: number[][], bias: number[], activation: "sigmoid" | "softmax"): LayersModel {
  const layer = tf.layers.dense({ units: bias.length, inputShape: [2], activation });
  const model = tf.sequential({ layers: [layer] });
  const weights = [tf.tensor2d(kernel), tf.tensor1d(bias)];
  model.setWeights(weights);
  tf.dispose(weights);
  return model;
}

describe("plotDecisionBoundary", () => {
  it("draws the probability of one output and the line at a half, leaving no tensors", () => {
    const model = dense([[6], [6]], [-9], "sigmoid");
    const before = tf.memory().numTensors;
    const value = plotDecisionBoundary(model, { x, y: [0, 0, 0, 1] }, { resolution: 15, title: "AND" });
    const svg = svgOf(value);
    assert.equal(tf.memory().numTensors, before);
    const { data } = bundleOf(value)["application/vnd.plotly.v1+json"] as {
      data: { z: number[][]; x: number[] }[];
    };
    const { z, x: steps } = data[0]!;
    const expected = 1 / (1 + Math.exp(9 - 6 * (steps[2]! + steps[12]!)));
    assert.ok(Math.abs(z[12]![2]! - expected) < 1e-5);
    assertSnapshot("decision-boundary", svg);
    model.dispose();
  });

  it("draws the area of each class of several outputs", () => {
    const model = dense([[3, -3, 0], [0, 0, 3]], [0, 0, -1], "softmax"); // prettier-ignore
    const svg = svgOf(
      plotDecisionBoundary(model, { x, y: [1, 2, 0, 2] }, { resolution: 15, classNames: ["a", "b", "c"] }),
    );
    for (const name of ["a", "b", "c"]) assert.match(svg, new RegExp(`>${name}</text>`));
    assertSnapshot("decision-areas", svg);
    model.dispose();
  });

  it("says what is wrong", () => {
    const model = dense([[6], [6]], [-9], "sigmoid");
    const draw =
      (data: { x: number[][]; y: number[] }, other: Parameters<typeof plotDecisionBoundary>[0] = model) =>
      (): unknown =>
        plotDecisionBoundary(other, data, { resolution: 3 });
    assert.throws(draw({ x: [[1, 2, 3]], y: [0] }), /x must have the shape \[n, 2\], but has \[1, 3\]/);
    assert.throws(draw({ x, y: [0, 1] }), /2 classes y were given for 4 samples x/);
    const answers = (shape: number[], value = 0) => ({ predict: () => tf.fill(shape, value) });
    assert.throws(
      draw({ x, y: [0, 0, 0, 1] }, answers([9, 1], Number.NaN)),
      /answers NaN: its training has diverged/,
    );
    assert.throws(draw({ x, y: [0, 0, 0, 1] }, answers([9])), /but 9 points gave \[9\]/);
    model.dispose();
  });
});

import assert from "node:assert/strict";
import { tf } from "../../../src/keras/load.js";

describe("keras/layers: layer configurations", () => {
  it("hold the regularizer and the constraint of DepthwiseConv2D", () => {
    const config = tf.layers.depthwiseConv2d({ kernelSize: 1, depthwiseRegularizer: "l1l2" }).getConfig();
    assert.equal(config["depthwiseConstraint"], null);
    const { depthwiseConstraint } = tf.layers
      .depthwiseConv2d({ kernelSize: 1, depthwiseConstraint: tf.constraints.maxNorm({ maxValue: 3 }) })
      .getConfig();
    assert.deepEqual(depthwiseConstraint, { className: "MaxNorm", config: { maxValue: 3, axis: 0 } });
  });

  it("hold the depth multiplier of SeparableConv2D", () => {
    const layer = tf.layers.separableConv2d({ kernelSize: 1, filters: 2, depthMultiplier: 3 });
    assert.equal(layer.getConfig()["depthMultiplier"], 3);
  });
});

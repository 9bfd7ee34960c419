import assert from "node:assert/strict";
import { tf } from "../../../src/keras/load.js";

describe("keras/layers: reshape", () => {
  // Keras 3.15: keras.layers.Reshape((-1, 3)).compute_output_shape((None, 4, 6)) is (None, 8, 3).
  it("works out a length of -1, so that layers can follow", () => {
    const shapeOf = (target: number[], input: (number | null)[]) =>
      tf.layers.reshape({ targetShape: target }).computeOutputShape([null, ...input]);
    assert.deepEqual(shapeOf([-1, 3], [4, 6]), [null, 8, 3]);
    assert.deepEqual(shapeOf([-1], [4]), [null, 4]);
    assert.deepEqual(shapeOf([-1, 3], [null, 6]), [null, null, 3]);
    const layers = [
      tf.layers.reshape({ targetShape: [-1], inputShape: [4, 4] }),
      tf.layers.dense({ units: 2 }),
    ];
    const model = tf.sequential({ layers });
    assert.deepEqual(model.outputShape, [null, 2]);
    model.dispose();
  });

  it("refuses what does not fit", () => {
    const layer = tf.layers.reshape({ targetShape: [-1, 5] });
    assert.throws(() => layer.computeOutputShape([null, 4]), /Total size of new array must be unchanged/);
  });
});

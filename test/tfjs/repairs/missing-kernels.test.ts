import assert from "node:assert/strict";
import type { Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../../src/keras/load.js";

describe("repairs/missing-kernels", () => {
  it("counts categories, on tensors that native operations made and take", () => {
    const before = tf.memory().numTensors;
    const { numTensors } = tf.tidy(() => {
      const layer = tf.layers.categoryEncoding({ numTokens: 4, outputMode: "count" });
      const tokens = tf.add(
        tf.tensor2d(
          [
            [0, 1, 1],
            [2, 2, 2],
          ],
          [2, 3],
          "int32",
        ),
        tf.scalar(1, "int32"),
      );
      const counts = tf.mul(layer.apply(tokens), 2);
      assert.deepEqual(Array.from(counts.dataSync()), [0, 2, 4, 0, 0, 0, 0, 6]);
      return { numTensors: tf.memory().numTensors };
    });
    assert.ok(numTensors > before);
    assert.equal(tf.memory().numTensors, before);
  });

  it("splits and joins strings", () => {
    const { values, indices } = tf.string.stringSplit(["a b", "c"], " ") as unknown as Record<string, Tensor>;
    assert.deepEqual(Array.from(values!.dataSync<"string">()), ["a", "b", "c"]);
    assert.deepEqual(Array.from(indices!.dataSync()), [0, 0, 0, 1, 1, 0]);
    tf.dispose([values!, indices!]);
  });

  it("takes lists of tensors", () => {
    const splits = tf.tensor1d([0, 2, 3], "int32");
    const gathered = tf.raggedGather([splits], tf.tensor1d([1, 2, 3]), tf.tensor1d([1, 0], "int32"), 1);
    assert.deepEqual(Array.from(gathered.outputDenseValues.dataSync()), [3, 1, 2]);
  });

  it("gives indices as integers, which native operations take", () => {
    const { indexes } = tf.maxPoolWithArgmax(tf.tensor4d([1, 4, 2, 3], [1, 2, 2, 1]), 2, 2, "valid");
    assert.deepEqual(Array.from(tf.add(indexes!, tf.scalar(1, "int32")).dataSync()), [2]);
  });
});

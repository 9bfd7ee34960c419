import assert from "node:assert/strict";
import type { Tensor } from "@tensorflow/tfjs-node";
import { compiled } from "../../../src/graphs/index.js";
import { explain } from "../../../src/keras/model/explain.js";
import { tf } from "../../../src/keras/load.js";

const x = tf.tensor3d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]);
/** Tells each position of an output from the others. */
const weighted = (output: Tensor): Tensor =>
  tf.sum(tf.mul(output, tf.reshape(tf.range(1, output.size + 1), output.shape)));

const operations: Record<string, [(x: Tensor) => Tensor, number[]]> = {
  "sum of all": [(input) => tf.sum(input), [1, 1, 1, 1, 1, 1, 1, 1]],
  "sum of an axis": [(input) => tf.sum(input, 1), [1, 2, 1, 2, 3, 4, 3, 4]],
  "sum that keeps axes": [(input) => tf.sum(input, [0, -1], true), [1, 1, 2, 2, 1, 1, 2, 2]],
  "mean of all": [(input) => tf.mean(input), Array.from({ length: 8 }, () => 1 / 8)],
  "mean of an axis": [(input) => tf.mean(input, -1), [0.5, 0.5, 1, 1, 1.5, 1.5, 2, 2]],
  tile: [(input) => tf.tile(input, [1, 2, 3]), [54, 60, 90, 96, 198, 204, 234, 240]],
};

describe("gradients of sums, means and repetitions", () => {
  for (const [name, [operation, expected]] of Object.entries(operations)) {
    const gradient = tf.grad((input: Tensor) => weighted(operation(input)));
    it(`are right: ${name}`, () => {
      assert.deepEqual(Array.from(gradient(x).dataSync()), expected);
    });
    it(`are right as a graph: ${name}`, () => {
      const graph = compiled((input: Tensor) => gradient(input));
      for (let i = 0; i < 3; i++) assert.deepEqual(Array.from(graph(x).dataSync()), expected);
    });
  }

  it("exist for repetitions along five axes", () => {
    const gradient = tf.grad((input: Tensor) => tf.sum(tf.tile(input, [2, 1, 3, 1, 2])));
    assert.deepEqual(Array.from(gradient(tf.ones([1, 1, 1, 1, 2])).dataSync()), [12, 12]);
  });

  it("have gradients", () => {
    const cubes = (input: Tensor) => tf.sum(tf.pow(tf.tile(tf.mean(input, 1), [2, 1]), 3));
    const second = tf.grad((input: Tensor) => tf.sum(tf.grad(cubes)(input)));
    // 2 repetitions, 6 m for the cube, 1/2 for each mean, twice; summed over the 2 that make up a mean: 6 m
    assert.deepEqual(Array.from(second(x).dataSync()), [12, 18, 12, 18, 36, 42, 36, 42]);
  });

  it("take few operations, and no constants as large as the data, in normalizations of pictures", async () => {
    const { layers } = tf;
    const model = tf.sequential({
      layers: [
        layers.layerNormalization({ inputShape: [20, 20, 3] }),
        layers.batchNormalization(),
        layers.globalAveragePooling2d({}),
        layers.dense({ units: 1 }),
      ],
    });
    model.compile({ loss: "meanSquaredError", optimizer: "sgd" });
    await model.trainOnBatch(tf.randomNormal([8, 20, 20, 3]), tf.ones([8, 1]));
    const counts = explain(model).train[0]!.operations!;
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    assert.ok(total < 250, `${total} operations: ${JSON.stringify(counts)}`);
  });
});

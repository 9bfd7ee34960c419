import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Scalar, Tensor } from "@tensorflow/tfjs-node";
import { compiled } from "../../../src/graphs/index.js";
import { tf } from "../../../src/keras/load.js";

const fixture = JSON.parse(
  readFileSync(new URL("../../../../test/fixtures/keras/gradients.json", import.meta.url), "utf8"),
) as { x: number[][]; y: number[][]; gradients: Record<string, number[][]> };

const y = tf.tensor2d(fixture.y);
const operations: Record<string, (x: Tensor) => Tensor> = {
  max: (x) => tf.max(x, 1),
  "max of all": (x) => tf.max(x),
  "max of columns": (x) => tf.max(x, 0, true),
  min: (x) => tf.min(x, -1),
  "min of two axes": (x) => tf.min(tf.reshape(tf.abs(x), [3, 2, 2]), [1, 2]),
  maximum: (x) => tf.maximum(x, y),
  "maximum, second": (x) => tf.maximum(y, x),
  minimum: (x) => tf.minimum(x, y),
  "max pooling": (x) => tf.maxPool(x.as4D(1, 3, 4, 1), 2, 1, "valid"),
  topk: (x) => tf.topk(x, 2).values,
  abs: (x) => tf.abs(x),
  relu: (x) => tf.relu(x),
  "relu 6": (x) => tf.relu6(x),
  elu: (x) => tf.elu(x),
  selu: (x) => tf.selu(x),
  "leaky relu": (x) => tf.leakyRelu(x, 0.2),
  clip: (x) => tf.clipByValue(x, 0, 3),
  "divide, no NaN": (x) => tf.divNoNan(1, x),
  "mirrored margins": (x) =>
    tf.mirrorPad(
      x,
      [
        [1, 1],
        [0, 2],
      ],
      "reflect",
    ),
  "symmetric margins": (x) =>
    tf.mirrorPad(
      x,
      [
        [1, 2],
        [1, 0],
      ],
      "symmetric",
    ),
};

describe("tfjs/repairs: gradients where values tie and functions have corners are TensorFlow's", () => {
  for (const [name, expected] of Object.entries(fixture.gradients)) {
    it(name, () => {
      const x = tf.tensor2d(fixture.x);
      const total = (value: Tensor): Scalar => {
        const outputs = operations[name]!(value).flatten();
        return tf.sum(tf.mul(outputs, tf.range(1, outputs.size + 1)));
      };
      const gradient = tf.grad(total);
      const recorded = compiled((value: Tensor) => tf.tidy(() => gradient(value)));
      for (const run of [gradient, recorded, recorded, recorded]) {
        const found = run(x);
        found.dataSync().forEach((value, i) => {
          const wanted = expected.flat()[i]!;
          assert.ok(
            Math.abs(value - wanted) <= 1e-5 * Math.max(1, Math.abs(wanted)),
            `${value}, not ${wanted}`,
          );
        });
        found.dispose();
      }
      assert.equal(recorded.explain()[0]!.state, "compiled");
      recorded.dispose();
      x.dispose();
    });
  }
});

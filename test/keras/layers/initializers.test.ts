import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Tensor } from "@tensorflow/tfjs-node";
import { setRandomSeed, tf } from "../../../src/keras/load.js";

interface Description {
  shape: number[];
  mean: number;
  deviation: number;
  least: number;
  greatest: number;
}

const { initializers } = JSON.parse(
  readFileSync(new URL("../../../../test/fixtures/keras/initializers.json", import.meta.url), "utf8"),
) as { initializers: Record<string, Description> };

type Make = (options: object) => { apply(shape: number[]): Tensor };

describe("keras/layers: initializers against Keras", () => {
  for (const [name, expected] of Object.entries(initializers)) {
    it(name, () => {
      setRandomSeed(1);
      const make = (tf.initializers as unknown as Record<string, Make>)[name.split(" ")[0]!]!;
      const values = make({}).apply(expected.shape);
      const { mean, variance } = tf.moments(values);
      const near = (actual: Tensor, theirs: number, tolerance: number, what: string) => {
        const ours = actual.dataSync()[0]!;
        assert.ok(Math.abs(ours - theirs) <= tolerance, `${what} ${ours}, Keras has ${theirs}`);
      };
      // Of 40,000 to 150,000 numbers the deviation varies by less than 1 %; so do the extremes where there is an end.
      const endless = name === "randomNormal" || name === "orthogonal";
      const extremes = endless ? 0.3 : 0.01;
      near(mean, expected.mean, 0.02 * expected.deviation, "mean");
      near(tf.sqrt(variance), expected.deviation, 0.01 * expected.deviation, "deviation");
      near(tf.min(values), expected.least, extremes * Math.abs(expected.least), "least");
      near(tf.max(values), expected.greatest, extremes * expected.greatest, "greatest");
    });
  }

  it("orthogonal rows and columns, in one operation", () => {
    for (const shape of [
      [20, 8],
      [8, 20],
      [2, 3, 40],
    ]) {
      const matrix = tf.initializers
        .orthogonal({ gain: 2 })
        .apply(shape)
        .reshape([-1, shape.at(-1)!]);
      const [rows, columns] = matrix.shape as [number, number];
      const product = tf.matMul(matrix, matrix, rows >= columns, rows < columns);
      const difference = tf.max(tf.abs(tf.sub(product, tf.mul(tf.eye(Math.min(rows, columns)), 4))));
      assert.ok(difference.dataSync()[0]! < 1e-5);
    }
  });

  it("randomUniform from 0, also from a file", () => {
    const initializer = tf.initializers.randomUniform({ minval: 0, maxval: 1 });
    assert.ok(tf.min(initializer.apply([1000])).dataSync()[0]! >= 0);
    const layer = tf.layers.dense({ units: 1, kernelInitializer: initializer, inputShape: [1] });
    const copy = tf.sequential({ layers: [layer] });
    const config = JSON.parse(JSON.stringify(copy.getConfig())) as never;
    const read = tf.Sequential.fromConfig(tf.Sequential as never, config) as typeof copy;
    const { kernelInitializer } = read.layers[0] as unknown as { kernelInitializer: { minval: number } };
    assert.equal(kernelInitializer.minval, 0);
  });
});

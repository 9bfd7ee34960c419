import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Optimizer } from "@tensorflow/tfjs-node";
import { tf } from "../../../src/tensorflow/load.js";

const fixture = JSON.parse(
  readFileSync(new URL("../../../../test/fixtures/keras/optimizers.json", import.meta.url), "utf8"),
) as { start: number[]; gradients: number[][]; weights: Record<string, number[][]> };

/** The weights after each step along the fixture's gradients. */
function trace(optimizer: Optimizer): number[][] {
  const weight = tf.variable(tf.tensor1d(fixture.start));
  const weights = fixture.gradients.map((gradient) => {
    // The gradient of sum(g * w) by w is g.
    optimizer.minimize(() => tf.sum(tf.mul(weight, gradient)), false, [weight]);
    return Array.from(weight.dataSync());
  });
  weight.dispose();
  optimizer.dispose();
  return weights;
}

function assertAsKeras(name: string, optimizer: Optimizer, tolerance = 1e-5): void {
  const ours = trace(optimizer);
  fixture.weights[name]!.forEach((expected, step) => {
    expected.forEach((value, i) => {
      const difference = Math.abs(ours[step]![i]! - value);
      assert.ok(difference <= tolerance, `step ${step + 1}: ${ours[step]![i]} instead of ${value}`);
    });
  });
}

describe("tensorflow/repairs: optimizers against Keras", () => {
  it("Adadelta(1.0)", () => assertAsKeras("adadelta", tf.train.adadelta(1)));

  it("keep no tensors besides their slots", () => {
    const optimizer = tf.train.adadelta(1);
    const weight = tf.variable(tf.tensor1d([1, 2]));
    const step = () => optimizer.minimize(() => tf.sum(weight), false, [weight]);
    step();
    const before = tf.memory().numTensors;
    for (let i = 0; i < 5; i++) step();
    assert.equal(tf.memory().numTensors, before);
  });

  it("continue from saved state", async () => {
    const weight = tf.variable(tf.tensor1d([1, 2]), true, "restored");
    const step = (optimizer: Optimizer) =>
      optimizer.minimize(() => tf.sum(tf.square(weight)), false, [weight]);
    const first = tf.train.adadelta(1);
    step(first);
    step(first);
    const atTwo = weight.dataSync().slice();
    const saved = (await first.getWeights()).map(({ name, tensor }) => ({
      name: `other/${name}`,
      tensor: tensor.clone(),
    }));
    step(first);
    const expected = weight.arraySync();

    weight.assign(tf.tensor1d(atTwo));
    const second = tf.train.adadelta(1);
    await second.setWeights(saved);
    step(second);
    assert.deepEqual(weight.arraySync(), expected);
    assert.equal(second.iterations, 3);
  });
});

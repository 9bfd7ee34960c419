import assert from "node:assert/strict";
import { setRandomSeed, tf } from "../../../src/keras/load.js";

function momentsOf(data: ArrayLike<number>) {
  const values = Array.from(data);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return {
    mean,
    variance,
    min: values.reduce((a, b) => Math.min(a, b)),
    max: values.reduce((a, b) => Math.max(a, b)),
  };
}

function assertClose(actual: number, expected: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual} instead of ${expected}`);
}

/** Trains a small model with dropout and shuffling; gives its weights and losses. */
async function trainOnce() {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 8, inputShape: [3], activation: "relu" }),
      tf.layers.dropout({ rate: 0.5 }),
      tf.layers.dense({ units: 1, kernelInitializer: "randomNormal" }),
    ],
  });
  model.compile({ loss: "meanSquaredError", optimizer: "adam" });
  const x = tf.linspace(-1, 1, 60).reshape([20, 3]);
  const y = x.sum(1, true);
  const { history } = await model.fit(x, y, { epochs: 3, batchSize: 6, verbose: 0 });
  const result = { loss: history["loss"], weights: model.getWeights().map((weight) => weight.arraySync()) };
  model.dispose();
  tf.dispose([x, y]);
  return result;
}

describe("tfjs/repairs: random numbers", () => {
  it("go on after tf.disposeVariables", () => {
    setRandomSeed(3);
    tf.disposeVariables();
    const drawn = tf.randomUniform([4]);
    assert.ok(drawn.dataSync().every((value) => value >= 0 && value < 1));
    drawn.dispose();
  });

  it("repeat exactly after setRandomSeed: weights, shuffling, dropout", async () => {
    setRandomSeed(1671);
    const first = await trainOnce();
    const other = await trainOnce();
    setRandomSeed(1671);
    assert.deepEqual(await trainOnce(), first);
    assert.notDeepEqual(other, first);
    setRandomSeed(1672);
    assert.notDeepEqual(await trainOnce(), first);
  });

  it("shuffle data sets by the seed", async () => {
    const order = async () => tf.data.array([1, 2, 3, 4, 5, 6, 7, 8]).shuffle(8).toArray();
    setRandomSeed(3);
    const first = await order();
    setRandomSeed(3);
    assert.deepEqual(await order(), first);
    assert.notDeepEqual(await order(), first);
  });

  it("differ from call to call, but not for a seed of one's own", () => {
    const draw = (seed?: number) => Array.from(tf.randomUniform([4], 0, 1, "float32", seed).dataSync());
    assert.notDeepEqual(draw(), draw());
    assert.deepEqual(draw(5), draw(5));
    assert.notDeepEqual(draw(5), draw(6));
  });

  it("have the distributions of TensorFlow.js", () => {
    setRandomSeed(1);
    const uniform = momentsOf(tf.randomUniform([200, 500], -1, 3).dataSync());
    assertClose(uniform.mean, 1, 0.02, "mean");
    assertClose(uniform.variance, 16 / 12, 0.02, "variance");
    assert.ok(uniform.min >= -1 && uniform.max < 3);

    const normal = momentsOf(tf.randomNormal([200, 500], 2, 0.5).dataSync());
    assertClose(normal.mean, 2, 0.01, "mean");
    assertClose(normal.variance, 0.25, 0.005, "variance");

    // A normal distribution cut at two standard deviations has 0.774 of the variance.
    const truncated = momentsOf(tf.truncatedNormal([200, 500], 1, 2).dataSync());
    assertClose(truncated.mean, 1, 0.02, "mean");
    assertClose(truncated.variance, 0.7737 * 4, 0.05, "variance");
    assert.ok(truncated.min >= -3 && truncated.max <= 5);

    const integers = momentsOf(tf.randomUniform([1000], 0, 10, "int32").dataSync());
    assert.deepEqual([integers.min, integers.max], [0, 9]);
  });

  it("take no tensor along", () => {
    tf.randomUniform([2]).dispose();
    const before = tf.memory().numTensors;
    tf.dispose([
      tf.randomUniform([2, 3]),
      tf.randomNormal([2]),
      tf.truncatedNormal([2]),
      tf.dropout(tf.ones([2]), 0.5),
    ]);
    assert.equal(tf.memory().numTensors, before + 1);
  });

  it("refuse a seed that is none", () => {
    assert.throws(() => setRandomSeed(-1), /expected an integer from 0 to 4294967295, got -1/);
    assert.throws(() => setRandomSeed(0.5), RangeError);
  });

  it("follow a generator that takes the place of Math.random, before or after a seed", () => {
    const { random } = Math;
    const shuffled = () => {
      const list = [0, 1, 2, 3, 4];
      tf.util.shuffle(list);
      return list;
    };
    try {
      setRandomSeed(3);
      const bySeed = shuffled();
      Math.random = () => 0;
      assert.deepEqual(shuffled(), [1, 2, 3, 4, 0]);
      setRandomSeed(3);
      assert.deepEqual(shuffled(), bySeed);
    } finally {
      Math.random = random;
    }
  });

  it("draws from probabilities, as cart-pole does", () => {
    const probabilities = tf.tensor2d([
      [0, 1],
      [1, 0],
    ]);
    const before = tf.memory().numTensors;
    const drawn = tf.multinomial(probabilities, 5, 7, true);
    assert.deepEqual(drawn.arraySync(), [
      [1, 1, 1, 1, 1],
      [0, 0, 0, 0, 0],
    ]);
    drawn.dispose();
    assert.equal(tf.memory().numTensors, before);
  });
});

import assert from "node:assert/strict";
import { setRandomSeed, tf } from "../../../src/tensorflow/load.js";

/** The share of zeros, and the mean. */
function statistics(data: ArrayLike<number>): [number, number] {
  const values = Array.from(data);
  const zeros = values.filter((value) => value === 0).length;
  return [zeros / values.length, values.reduce((sum, value) => sum + value, 0) / values.length];
}

describe("tensorflow/repairs: dropout", () => {
  it("drops the given share and keeps the mean", () => {
    setRandomSeed(5);
    const output = tf.dropout(tf.ones([500, 400]), 0.25).dataSync();
    const [zeros, mean] = statistics(output);
    assert.ok(Math.abs(zeros - 0.25) < 0.005, `${zeros} zeros`);
    assert.ok(Math.abs(mean - 1) < 0.01, `mean ${mean}`);
    assert.deepEqual(new Set(output), new Set([0, Math.fround(1 / 0.75)]));
  });

  it("drops whole columns by a noise shape with sizes left out", () => {
    const layer = tf.layers.dropout({ rate: 0.5, noiseShape: [null as unknown as number, 1] });
    const rows = (
      layer.apply(tf.ones([50, 8]), { training: true }) as ReturnType<typeof tf.ones>
    ).arraySync() as number[][];
    for (const row of rows) assert.equal(new Set(row).size, 1);
    assert.equal(new Set(rows.map(([first]) => first)).size, 2);
  });

  it("does nothing outside training", () => {
    const output = tf.layers.dropout({ rate: 0.5 }).apply(tf.ones([10])) as ReturnType<typeof tf.ones>;
    assert.deepEqual(Array.from(output.dataSync()), Array(10).fill(1));
  });

  it("has the gradient of its mask", () => {
    const gradient = tf.grad((x) => tf.dropout(x, 0.5, undefined, 7))(tf.ones([20]));
    assert.deepEqual(gradient.arraySync(), tf.dropout(tf.ones([20]), 0.5, undefined, 7).arraySync());
  });

  it("of a seeded layer is another in each step, and the same again in a new layer", () => {
    const masks = () => {
      const layer = tf.layers.dropout({ rate: 0.5, seed: 9 });
      const mask = () =>
        (layer.apply(tf.ones([30]), { training: true }) as ReturnType<typeof tf.ones>).arraySync();
      return [mask(), mask()];
    };
    const first = masks();
    assert.notDeepEqual(first[0], first[1]);
    assert.deepEqual(masks(), first);
  });
});

import assert from "node:assert/strict";
import type { Tensor } from "@tensorflow/tfjs-node";
import { hasOwnOperation } from "../../../src/tfjs/own-operations.js";
import { dropElements } from "../../../src/keras/layers/dropout.js";
import { setRandomSeed, tf } from "../../../src/keras/load.js";

/** The share of zeros, and the mean. */
function statistics(data: ArrayLike<number>): [number, number] {
  const values = Array.from(data);
  const zeros = values.filter((value) => value === 0).length;
  return [zeros / values.length, values.reduce((sum, value) => sum + value, 0) / values.length];
}

const seed = (...pair: [number, number]): Tensor => tf.tensor1d(pair, "int32");

function mix(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** Which elements of so many ManabiDropout keeps, number by number. */
function kept(size: number, rate: number, [first, second]: [number, number]): boolean[] {
  const offset = mix(first);
  const flip = mix((second + mix(offset)) | 0);
  const dropped = Math.floor(Math.fround(rate) * 2 ** 32);
  return Array.from({ length: size }, (_, i) => mix(mix((i + offset) | 0) ^ flip) >= dropped);
}

describe("keras/layers: dropout", () => {
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

  describe("as an operation of our own", () => {
    before(function () {
      if (!hasOwnOperation("ManabiDropout")) this.skip();
    });

    it("drops what its rule says, whatever the size and however many threads share it", () => {
      for (const [size, rate] of [
        [0, 0.5],
        [1, 0.5],
        [7, 0.9],
        [1027, 0.2],
        [1_500_001, 0.25],
      ] as const) {
        // prettier-ignore
        const x = tf.range(1, size + 1);
        const scale = Math.fround(1 / (1 - Math.fround(rate)));
        const mask = kept(size, rate, [17, -size]);
        const expected = Float32Array.from(mask, (one, i) => (one ? Math.fround((i + 1) * scale) : 0));
        const found = size === 0 ? tf.zeros([0]) : dropElements(x, rate, seed(17, -size));
        assert.deepEqual(found.dataSync(), expected);
      }
    });

    it("is independent from seed to seed and from neighbour to neighbour", () => {
      const size = 200_000;
      const signs = (...pair: [number, number]) =>
        tf.sub(dropElements(tf.ones([size]), 0.5, seed(...pair)), 1);
      // The mean of so many products of independent signs; five standard deviations.
      const least = 5 / Math.sqrt(size);
      const agreement = (a: Tensor, b: Tensor) => tf.mean(tf.mul(a, b)).dataSync()[0]!;
      for (const first of [0, 1, 2 ** 31 - 1])
        for (const count of [0, 1, 1000]) {
          const one = signs(first, count);
          const others = [signs(first, count + 1), signs(first, count + 2), signs(first + 1, count)];
          const shifts = [1, 2, 32].map((by) => tf.concat([tf.slice(one, by), tf.slice(one, 0, by)]));
          for (const other of [tf.onesLike(one), ...others, ...shifts])
            assert.ok(Math.abs(agreement(one, other)) < least, `${first} ${count}`);
        }
    });

    it("has its gradient, and that one's", () => {
      const key = seed(3, 4);
      const drop = (x: Tensor) => dropElements(x, 0.5, key);
      const mask = drop(tf.ones([9])).dataSync();
      const cube = (x: Tensor) => tf.sum(tf.pow(drop(x), 3));
      const x = tf.mul(tf.ones([9]), 2);
      assert.deepEqual(tf.grad(cube)(x).dataSync(), mask.map((scale) => scale ** 3 * 12)); // prettier-ignore
      const second = tf.grad((y) => tf.sum(tf.grad(cube)(y)))(x);
      assert.deepEqual(second.dataSync(), mask.map((scale) => scale ** 3 * 12)); // prettier-ignore
    });

    it("leaves its input as it is, and no tensors", () => {
      const [x, key] = [tf.ones([100]), seed(1, 2)];
      const { numTensors } = tf.memory();
      dropElements(x, 0.5, key).dispose();
      assert.equal(tf.memory().numTensors, numTensors);
      assert.ok(x.dataSync().every((value) => value === 1));
    });

    it("refuses a seed of another shape", () => {
      assert.throws(
        () => dropElements(tf.ones([3]), 0.5, tf.zeros([3], "int32")),
        /seed must be two numbers/,
      );
    });
  });
});

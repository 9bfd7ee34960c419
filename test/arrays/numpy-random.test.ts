import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { NdArray } from "../../src/arrays/ndarray.js";
import { NumpyRandom } from "../../src/arrays/numpy-random.js";

/** The first 32 digits of the SHA-256 of the numbers as little-endian words. */
const digest = (words: Int32Array | Uint32Array): string =>
  createHash("sha256").update(words).digest("hex").slice(0, 32);

// All numbers are those of NumPy 2.4.6's np.random.RandomState.
describe("NumpyRandom", () => {
  it("shuffles as NumPy does", () => {
    const random = new NumpyRandom(113);
    const order = Array.from({ length: 10 }, (_, i) => i);
    random.shuffle(order);
    assert.deepEqual(order, [9, 3, 6, 1, 0, 7, 4, 8, 2, 5]);
    const cases: Record<number, [number[], string]> = {
      11228: [[1341, 4427, 5095, 2044, 3024], "0bfc9bbb7bb915b43a691a91c148a9ba"],
      506: [[22, 202, 368, 335, 461], "c7b460e2725c9bbe12c454a60b29d5dd"],
      20640: [[4380, 8381, 15859, 10108, 9370], "c4111bc51e7d7e912206a8f9338a49c6"],
      600: [[568, 505, 59, 71, 298], "b5b026592e02b61f41c450ef7f1ddc63"],
    };
    for (const [n, [first, hash]] of Object.entries(cases)) {
      const { data } = new NumpyRandom(113).permutation(Number(n));
      assert.deepEqual([Array.from(data.subarray(0, 5)), digest(data)], [first, hash], n);
    }
  });

  it("goes on with the same sequence for a second shuffle, as imdb does", () => {
    const random = new NumpyRandom(113);
    const [train, test] = [random.permutation(25000).data, random.permutation(25000).data];
    assert.deepEqual(Array.from(train.subarray(0, 5)), [7798, 13226, 18078, 793, 17499]);
    assert.deepEqual(Array.from(test.subarray(0, 5)), [22748, 4083, 8015, 13688, 5310]);
    assert.deepEqual(
      [digest(train), digest(test)],
      ["0306451e7c5830c97b1afc1cc860306c", "904be7ce9d3749975d2c41e577de39c8"],
    );
  });

  it("draws NumPy's numbers in NumPy's order", () => {
    const random = new NumpyRandom(42);
    assert.equal(random.uniform(-20, 20), -5.0183952461055);
    assert.deepEqual([random.random(), random.random()], [0.9507143064099162, 0.7319939418114051]);
    assert.deepEqual(random.permutation(6).toArray(), [3, 0, 1, 2, 5, 4]);
    assert.equal(random.randint(10000), 4426);
    assert.equal(random.choice(5), 2);
    assert.equal(random.choice([-1, 1]), 1);
    // By the logarithm of another library, which may differ in the last bit.
    assert.ok(Math.abs(random.normal() - -0.8852303456915943) < 1e-15);

    random.seed(0);
    assert.deepEqual(random.permutation(10).toArray(), [2, 8, 4, 9, 1, 6, 7, 3, 0, 5]);
    random.seed(0);
    assert.deepEqual(random.randint(1e7, undefined, 3).toArray(), [8325804, 1484405, 2215104]);
  });

  it("draws arrays, wide and narrow ranges, and keeps the second normal number", () => {
    const random = new NumpyRandom(7);
    const normal = random.normal(0, 1, 5).data;
    assert.deepEqual(
      Array.from(normal, (x) => Number(x.toFixed(8))),
      [1.6905257, -0.46593737, 0.03282016, 0.40751628, -0.78892303],
    );
    assert.deepEqual(random.randint(0, 2 ** 40, 3).toArray(), [936371205000, 719526270950, 295789249968]);
    assert.deepEqual(random.choice(10, 4, { replace: false }), [6, 5, 1, 8]);
    assert.deepEqual(random.choice([5, 6, 7], 3), [5, 6, 5]);
    assert.ok(Math.abs(random.normal(2, 3) - 2.0061967187178444) < 1e-15);
    assert.deepEqual(random.uniform(1, 2, [2, 2]).toArray(), [
      [1.6005489174641225, 1.9501295004136456],
      [1.230302879020965, 1.5484899192360304],
    ]);
    assert.equal(random.randint(5, 6), 5);
    assert.deepEqual(random.randint(0, 2 ** 32, 2).toArray(), [3904676612, 4027087342]);
    const narrow = random.randint(-3, 3, [2, 3]);
    assert.deepEqual(narrow.toArray(), [
      [-2, 0, 0],
      [-3, 0, -3],
    ]);
    assert.ok(narrow.data instanceof Int32Array);
    const pairs = new NdArray(
      Uint8Array.from({ length: 12 }, (_, i) => i),
      [6, 2],
    );
    random.shuffle(pairs);
    assert.deepEqual(Array.from(pairs.data), [6, 7, 10, 11, 4, 5, 8, 9, 0, 1, 2, 3]);
    assert.deepEqual(Array.from(random.permutation(pairs).data), [4, 5, 10, 11, 8, 9, 6, 7, 0, 1, 2, 3]);
    const letters = Array.from("abcdef");
    random.shuffle(letters);
    assert.equal(letters.join(""), "feadbc");
    assert.equal(random.permutation(letters).join(""), "adcefb");
  });

  it("takes the smallest, the largest and several seeds", () => {
    const first = (seed: number | number[], count: number): unknown =>
      new NumpyRandom(seed).randint(0, 2 ** 32, count).toArray();
    assert.deepEqual(first(0, 3), [2357136044, 2546248239, 3071714933]);
    assert.deepEqual(first(2 ** 32 - 1, 3), [419326371, 479346978, 3918654476]);
    assert.deepEqual(first([1, 2, 3], 5), [2619334238, 1552691353, 3808334787, 2540200029, 2045850693]);
    assert.notDeepEqual(new NumpyRandom().getState(), new NumpyRandom().getState());
  });

  it("gives its state and goes on from it", () => {
    const random = new NumpyRandom(3);
    random.normal();
    const state = random.getState();
    assert.equal(state.position, 4);
    assert.ok(Math.abs(state.gauss! - 0.43650985051198943) < 1e-15);
    assert.deepEqual(
      [Array.from(state.key.subarray(0, 3)), digest(state.key)],
      [[2266350226, 522119106, 3046352735], "975cf6ff1e826e7d069715f263a503ca"],
    );
    const next = [random.normal(), random.random()];
    assert.equal(next[0], state.gauss);
    random.setState(state);
    assert.deepEqual([random.normal(), random.random()], next);
  });

  it("refuses seeds, ranges and sizes that NumPy refuses", () => {
    for (const seed of [-1, 2 ** 32, 0.5, NaN, [], [1, -1]])
      assert.throws(() => new NumpyRandom(seed), /A seed is a whole number from 0 to 4294967295/);
    const random = new NumpyRandom(1);
    assert.throws(() => random.randint(3, 3), /between 3 and 3 there are none/);
    assert.throws(() => random.choice([]), /1 cannot be chosen from 0 values/);
    assert.throws(() => random.choice(3, 4, { replace: false }), /4 cannot be chosen from 3/);
    assert.throws(() => random.normal(0, -1), /0 or more, but got -1/);
    assert.throws(() => random.random(-1), /A size is a length or a shape/);
    assert.throws(() => random.permutation(-1), /expected how many/);
  });
});

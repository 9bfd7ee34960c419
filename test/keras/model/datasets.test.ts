import assert from "node:assert/strict";
import type { Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../../src/index.js";

const [x, y, weights] = [
  tf.randomNormal([11, 3], 0, 1, "float32", 4),
  tf.randomUniform([11, 2]),
  tf.range(1, 12),
];

/** Batches of 3, 3, 3 and 2 samples, each data set with tensors of its own, as `tf.data` makes them. */
function dataset(toBatch: (x: Tensor, y: Tensor, weights: Tensor) => object) {
  const cut = (first: number) =>
    [x, y, weights].map((whole) => tf.slice(whole, first, Math.min(3, 11 - first))) as [
      Tensor,
      Tensor,
      Tensor,
    ];
  return tf.data.generator(function* () {
    for (let first = 0; first < 11; first += 3) {
      const [batchX, batchY, batchWeights] = cut(first);
      const batch = toBatch(batchX, batchY, batchWeights);
      const used = Object.values(batch).includes(batchWeights);
      if (!used) batchWeights.dispose();
      yield batch as never;
    }
  });
}
const plain = () => dataset((xs, ys) => ({ xs, ys }));
const weighed = () => dataset((xs, ys, sampleWeight) => ({ xs, ys, sampleWeight }));

function newModel(): tf.Sequential {
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 2, inputShape: [3], kernelInitializer: "ones" })],
  });
  model.compile({ loss: "meanSquaredError", optimizer: tf.train.sgd(0.1), metrics: ["mae"] });
  return model;
}

function assertSame(actual: tf.History, expected: tf.History): void {
  assert.deepEqual(actual.epoch, expected.epoch);
  assert.deepEqual(Object.keys(actual.history).toSorted(), Object.keys(expected.history).toSorted());
  for (const [name, values] of Object.entries(expected.history)) {
    values.forEach((value, i) => {
      const difference = Math.abs((actual.history[name]![i] as number) - (value as number));
      assert.ok(difference < 1e-5, `${name}[${i}]`);
    });
  }
}

const quiet = { verbose: 0, epochs: 3 } as const;
const inOrder = { ...quiet, batchSize: 3, shuffle: false } as const;

describe("keras/model: data sets", () => {
  it("train as the same tensors do", async () => {
    const validationData: [Tensor, Tensor, Tensor] = [x, y, weights];
    const expected = await newModel().fit(x, y, { ...inOrder, validationData, validationFreq: 2 });
    const model = newModel();
    const actual = await model.fit(plain(), { ...quiet, validationData: weighed(), validationFreq: 2 });
    assertSame(actual, expected);
    const before = tf.memory().numTensors;
    await model.fit(plain(), { ...quiet, validationData, validationFreq: 2 });
    await model.fit(weighed(), quiet);
    assert.equal(tf.memory().numTensors, before, "tensors left over");
  });

  it("may bring weights of their samples, also as arrays as in Keras", async () => {
    const expected = await newModel().fit(x, y, { ...inOrder, sampleWeight: weights });
    assertSame(await newModel().fit(weighed(), quiet), expected);
    const arrays = dataset((...batch) => batch);
    assertSame(await newModel().fit(arrays, quiet), expected);
    assertSame(await newModel().fitDataset(weighed(), quiet), expected);
  });

  it("go on in the next epoch where the steps of the last one ended", async () => {
    const { warn } = console;
    const warnings: unknown[] = [];
    console.warn = (text) => warnings.push(text);
    try {
      for (const stepsPerEpoch of [1, 2, 3]) {
        const expected = await newModel().fit(x, y, { ...inOrder, epochs: 5, stepsPerEpoch });
        const fromTensors = warnings.splice(0);
        assertSame(await newModel().fit(plain(), { ...quiet, epochs: 5, stepsPerEpoch }), expected);
        assert.deepEqual(warnings.splice(0), fromTensors);
      }
    } finally {
      console.warn = warn;
    }
  });

  it("are evaluated, with a number of steps, too", async () => {
    const model = newModel();
    const values = async (result: tf.Scalar | tf.Scalar[] | Promise<tf.Scalar | tf.Scalar[]>) =>
      [await result].flat().map((scalar) => scalar.dataSync()[0]!.toPrecision(5));
    for (const steps of [undefined, 2]) {
      const used = steps ? 6 : 11;
      const [partX, partY, part] = [x, y, weights].map((whole) => tf.slice(whole, 0, used));
      const args = steps ? { steps } : {};
      assert.deepEqual(
        await values(model.evaluate(plain(), args)),
        await values(model.evaluate(partX!, partY!)),
      );
      assert.deepEqual(
        await values(model.evaluate(weighed(), args)),
        await values(model.evaluate(partX!, partY!, { sampleWeight: part! })),
      );
    }
  });

  it("are predicted", async () => {
    const model = newModel();
    const expected = Array.from(model.predict(x).dataSync());
    const before = tf.memory().numTensors;
    const inputs = tf.data.generator(function* () {
      for (let first = 0; first < 11; first += 3) yield tf.slice(x, first, Math.min(3, 11 - first));
    });
    for (const data of [plain(), inputs]) {
      const predicted = await model.predict(data);
      assert.deepEqual(Array.from(predicted.dataSync()), expected);
      predicted.dispose();
    }
    const some = await model.predict(plain(), { steps: 2 });
    assert.deepEqual(some.shape, [6, 2]);
    some.dispose();
    assert.equal(tf.memory().numTensors, before, "tensors left over");
  });

  it("refuse what they bring themselves, and say so", async () => {
    const model = newModel();
    const fit = async (data: object, args: object) => model.fit(data as never, args as never);
    await assert.rejects(fit(plain(), { batchSize: 3 }), {
      name: "TypeError",
      message:
        "fit: batchSize cannot be given together with a data set, which brings its own batches and weights. " +
        "Leave it out; use batch(), take(), skip() and map() of the data set.",
    });
    await assert.rejects(fit(weighed(), { classWeight: { 0: 2 }, verbose: 0 }), /Leave classWeight out/);
    await assert.rejects(async () => model.predict(tf.data.array([])), /predict: the data set is empty/);
  });
});

describe("keras/model: data sets that cannot be used", () => {
  it("are told apart: empty, without batches, and for a model that is not compiled", async () => {
    const model = newModel();
    const none = tf.data.array<tf.Tensor>([]);
    await assert.rejects(
      model.fit(none, quiet),
      /^Error: The data set is empty: there is nothing to train on\.$/,
    );
    await assert.rejects(
      model.evaluate(none),
      /^Error: The data set is empty: there is nothing to evaluate\.$/,
    );
    const single = tf.data
      .array([1])
      .map((value) => ({ xs: tf.tensor([value, 2, 3]), ys: tf.scalar(value) }));
    await assert.rejects(
      model.fit(single, quiet),
      /gives a single number .* Make batches with its batch\(32\)\.$/,
    );
    const input = tf.input({ shape: [3] });
    const open = tf.model({ inputs: input, outputs: tf.layers.dense({ units: 2 }).apply(input) });
    await assert.rejects(open.fit(plain(), quiet), /You must compile a model before training\/testing/);
    await assert.rejects(open.evaluate(plain()), /You must compile a model before training\/testing/);
  });
});

describe("keras/model: validation", () => {
  it("says what is wrong with its arguments before it trains", async () => {
    const model = newModel();
    const fit = async (args: object) => model.fit(x, y, { ...quiet, ...args });
    await assert.rejects(
      fit({ validationData: [x, y], validationFreq: 0 }),
      /validationFreq is 0\. Expected/,
    );
    await assert.rejects(fit({ validationData: [x] }), /expected validationData to be \[x, y\]/);
    await assert.rejects(fit({ validationData: [y, y] }), /expected dense.* to have shape \[,3\]|shape/);
    await assert.rejects(fit({ validationSplit: 0.99 }), {
      name: "RangeError",
      message:
        "fit: validationSplit 0.99 of 11 samples leaves 0 to train on. Expected a part between 0 and 1 that leaves some for both.",
    });
  });
});

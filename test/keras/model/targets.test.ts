import assert from "node:assert/strict";
import { losses, tf } from "../../../src/index.js";

const message =
  /^Error when checking target: expected digits to have shape \[\*,10\] but got \[6(,1)?\]\..* convert with toCategorical\(labels, 10\), or .*'sparseCategoricalCrossentropy'/;

function compiledModel(loss: string) {
  const model = tf.sequential({
    layers: [tf.layers.dense({ name: "digits", units: 10, inputShape: [4], activation: "softmax" })],
  });
  model.compile({ loss, optimizer: "sgd" });
  return model;
}

describe("keras/model: targets", () => {
  const x = tf.ones([6, 4]);

  it("that are class numbers get Keras's advice", async () => {
    const model = compiledModel("categoricalCrossentropy");
    for (const y of [tf.zeros([6]), tf.zeros([6, 1])]) {
      await assert.rejects(async () => model.fit(x, y, { verbose: 0 }), { message });
      assert.throws(() => model.evaluate(x, y), { message });
    }
    const batches = tf.data.array([0]).map(() => ({ xs: tf.ones([6, 4]), ys: tf.zeros([6, 1]) }));
    await assert.rejects(() => model.fitDataset(batches, { epochs: 1, verbose: 0 }), { message });
  });

  it("that fit the loss are taken", async () => {
    const columns = tf.oneHot(tf.zeros([6], "int32"), 10);
    await compiledModel("categoricalCrossentropy").fit(x, columns, { verbose: 0 });
    await compiledModel("sparseCategoricalCrossentropy").fit(x, tf.zeros([6]), { verbose: 0 });
    await compiledModel("meanSquaredError").fit(x, columns, { verbose: 0 });
  });

  it("of a wrong number of columns keep TensorFlow.js's error", async () => {
    const fit = async () => compiledModel("categoricalCrossentropy").fit(x, tf.zeros([6, 7]), { verbose: 0 });
    await assert.rejects(fit, /each example has shape \[10\].*with shape \[7\]/);
  });

  it("may lack the last axis, of one number, in arrays, batches and data sets alike", async () => {
    const [x2, y2] = [tf.range(0, 12).reshape([6, 2]), tf.range(0, 6)];
    for (const runEagerly of [false, true]) {
      const newModel = () => {
        const model = tf.sequential({
          layers: [tf.layers.dense({ units: 1, inputShape: [2], kernelInitializer: "ones" })],
        });
        model.compile({
          loss: "meanSquaredError",
          optimizer: tf.train.sgd(0.001),
          metrics: ["mae"],
          runEagerly,
        });
        return model;
      };
      const expected = newModel();
      const { history } = await expected.fit(x2, y2.reshape([6, 1]), {
        shuffle: false,
        batchSize: 3,
        verbose: 0,
      });
      const dataset = tf.data
        .array([0, 3])
        .map((first) => ({ xs: tf.slice(x2, first, 3), ys: tf.slice(y2, first, 3) }));
      const model = newModel();
      const fitted = await model.fit(dataset, { verbose: 0 });
      assert.deepEqual(fitted.history, history);
      assert.deepEqual(model.predict(x2).dataSync(), expected.predict(x2).dataSync());
      const [ofBatches] = (await model.evaluate(dataset)) as tf.Scalar[];
      const [ofArrays] = model.evaluate(x2, y2, { batchSize: 3 }) as tf.Scalar[];
      assert.deepEqual(ofBatches!.dataSync(), ofArrays!.dataSync());
      const tested = (await model.testOnBatch(x2, y2)) as number[];
      const test = (await model.testOnBatch(x2, y2.reshape([6, 1]))) as number[];
      assert.deepEqual(tested, test);
    }
  });

  it("as class numbers are those of steps and of pixels, too, with and without the last axis", async () => {
    for (const shape of [[4], [2, 3]]) {
      const model = tf.sequential({
        layers: [tf.layers.dense({ units: 3, activation: "softmax", inputShape: [...shape, 2] })],
      });
      model.compile({ loss: "sparseCategoricalCrossentropy", optimizer: "sgd", metrics: ["accuracy"] });
      const inputs = tf.ones([5, ...shape, 2]);
      const labels = tf.ones([5, ...shape], "int32");
      const evaluate = (y: tf.Tensor) => model.evaluate(inputs, y, { returnDict: true });
      assert.deepEqual(evaluate(labels), evaluate(labels.expandDims(-1)));
      const { history } = await model.fit(inputs, labels, { verbose: 0 });
      assert.equal(history["loss"]!.length, 1);
    }
  });

  it("that are no classes of the model are named", async () => {
    const labels = (...numbers: number[]) => tf.tensor1d([...numbers, 0, 0, 0, 0, 0].slice(0, 6));
    const wrong = {
      name: "RangeError",
      message:
        /^A label of the output digits is 10, and the model has 10 classes: .* from 0 to 9\..*ignoreClass: 10/,
    };
    for (const runEagerly of [false, true]) {
      const model = tf.sequential({
        layers: [tf.layers.dense({ name: "digits", units: 10, inputShape: [4], activation: "softmax" })],
      });
      model.compile({ loss: "sparseCategoricalCrossentropy", optimizer: "sgd", runEagerly });
      await model.fit(x, labels(9), { verbose: 0, epochs: 3 });
      const before = tf.memory().numTensors;
      const y = labels(3, 10);
      await assert.rejects(async () => model.fit(x, y, { verbose: 0 }), wrong);
      await assert.rejects(
        async () => model.fit(x, labels(1), { validationData: [x, y], verbose: 0 }),
        wrong,
      );
      await assert.rejects(async () => model.trainOnBatch(x, y), wrong);
      await assert.rejects(async () => model.testOnBatch(x, y), wrong);
      assert.throws(() => model.evaluate(x, y), wrong);
      assert.throws(() => model.evaluate(x, labels(-1)), /A label of the output digits is -1/);
      assert.throws(() => model.evaluate(x, labels(Number.NaN)), /A label of the output digits is NaN/);
      const batches = tf.data.array([0]).map(() => ({ xs: tf.ones([6, 4]), ys: labels(10) }));
      await assert.rejects(async () => model.fit(batches, { verbose: 0 }), wrong);
      await assert.rejects(async () => model.evaluate(batches), wrong);
      // Those of this test.
      assert.equal(tf.memory().numTensors - before, 4, "tensors left over");
    }
    const many = tf.ones([5000]);
    const model = compiledModel("sparseCategoricalCrossentropy");
    assert.throws(
      () => model.evaluate(tf.ones([5000, 4]), many.mul(12)),
      /A label of the output digits is 12/,
    );
    const ignoring = compiledModel("sparseCategoricalCrossentropy");
    const loss = losses.sparseCategoricalCrossentropy({ ignoreClass: 255 });
    ignoring.compile({ loss, optimizer: "sgd" });
    ignoring.evaluate(x, labels(255));
    assert.throws(() => ignoring.evaluate(x, labels(255, 254)), /is 254/);
  });

  it("of a loss of one's own have any shape", async () => {
    const pinball = (y: tf.Tensor, quantiles: tf.Tensor) =>
      tf.mean(
        tf.maximum(
          tf.mul(tf.sub(y, quantiles), [0.1, 0.5, 0.9]),
          tf.mul(tf.sub(y, quantiles), [-0.9, -0.5, -0.1]),
        ),
        -1,
      );
    for (const runEagerly of [false, true]) {
      const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [4] })] });
      model.compile({ loss: pinball, optimizer: "sgd", runEagerly });
      const y = tf.ones([6, 1]);
      const { history } = await model.fit(x, y, { verbose: 0, epochs: 2 });
      assert.equal(history["loss"]!.length, 2);
      const evaluated = (model.evaluate(x, y) as tf.Scalar).dataSync()[0]!;
      assert.equal(await model.testOnBatch(x, y), evaluated);
      assert.equal(typeof (await model.trainOnBatch(x, tf.ones([6]))), "number");
      const dataset = tf.data.array([0]).map(() => ({ xs: tf.ones([6, 4]), ys: tf.ones([6, 1]) }));
      await model.fit(dataset, { verbose: 0 });
    }
    const triplet = (labels: tf.Tensor, embedded: tf.Tensor) =>
      tf.mul(tf.mean(tf.square(embedded), -1), tf.cast(tf.reshape(labels, [-1]), "float32"));
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 8, inputShape: [4] })] });
    model.compile({ loss: [triplet], optimizer: "sgd" });
    await model.fit(x, tf.tensor1d([0, 1, 2, 0, 1, 2], "int32"), { verbose: 0 });
  });
});

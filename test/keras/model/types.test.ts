import assert from "node:assert/strict";
import { tf } from "../../../src/index.js";

/** What has to compile, without a cast. */
describe("keras/model: types", () => {
  const [x, y] = [tf.ones([4, 2]), tf.ones([4, 2])];

  it("of layers that are called: symbolic tensors in, symbolic tensors out; tensors likewise", () => {
    const input = tf.input({ shape: [2] });
    const steps = tf.layers.reshape({ targetShape: [1, 2] }).apply(input);
    const [output, h, c] = tf.layers.lstm({ units: 2, returnState: true }).apply(steps);
    const joined = tf.layers.concatenate().apply([output!, h!, c!, input]);
    assert.deepEqual(joined.shape, [null, 8]);
    const both = tf.layers.bidirectional({ layer: tf.layers.lstm({ units: 3 }) }).apply(steps);
    assert.deepEqual(both.shape, [null, 6]);
    assert.deepEqual(tf.layers.dense({ units: 3 }).apply(x).shape, [4, 3]);
    assert.equal(tf.model({ inputs: input, outputs: joined }).predict(x).argMax(-1).shape[0], 4);
  });

  it("of what models predict and evaluate, one or more", async () => {
    const input = tf.input({ shape: [2] });
    const heads = ["a", "b"].map((name) => tf.layers.dense({ units: 2, name }).apply(input));
    const model = tf.model({ inputs: input, outputs: heads });
    model.compile({ loss: "meanSquaredError", metrics: ["mae"] });
    const [first, second] = model.predict(x);
    assert.deepEqual([first!.shape, second!.shape], [x.shape, x.shape]);
    const [loss] = model.evaluate(x, [y, y]);
    assert.equal(loss!.rank, 0);
    const dataset = tf.data.array([0]).map(() => ({ xs: tf.clone(x), ys: [tf.clone(y), tf.clone(y)] }));
    const values = (await model.evaluate(dataset)).map((value) => value.dataSync()[0]!);
    assert.equal(values.length, 5);

    const one = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [2] })] });
    one.compile({ loss: "meanSquaredError" });
    assert.equal(one.evaluate(x, y).dataSync().length, 1);
  });

  it("of minimize: any tensor of one number", () => {
    const weight = tf.variable(tf.ones([2, 2]));
    const optimizer = tf.train.sgd(0.1);
    const cost: tf.Scalar = optimizer.minimize(
      () => tf.losses.meanSquaredError(y, tf.matMul(x, weight)),
      true,
    );
    assert.equal(cost.dataSync()[0], 1);
    optimizer.minimize(() => tf.mean(tf.square(weight)));
  });
});

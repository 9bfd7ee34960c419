import assert from "node:assert/strict";
import type { LayersModel, Tensor, Variable } from "@tensorflow/tfjs-node";
import { compiled } from "../../src/graphs/index.js";
import { explain } from "../../src/keras/model/explain.js";
import { setRandomSeed, tf } from "../../src/keras/load.js";
import { hasOwnOperation, withoutOwnOperations } from "../../src/tfjs/own-operations.js";

describe("graphs/optimizers: RMSprop as an operation of our own", () => {
  before(function () {
    if (!hasOwnOperation("ManabiResourceApplyRmsprop")) this.skip();
  });

  /** Odd sizes, longer than any vector and shorter. */
  function build(): LayersModel {
    setRandomSeed(8);
    return tf.sequential({
      layers: [
        tf.layers.dense({ units: 37, inputShape: [29], activation: "relu" }),
        tf.layers.dropout({ rate: 0.3 }),
        tf.layers.dense({ units: 1 }),
      ],
    });
  }

  const operationsOf = (model: LayersModel) => explain(model).train.map(({ operations }) => operations ?? {});

  /** Trains, and gives the weights. */
  async function train(
    runEagerly: boolean,
    during?: (model: LayersModel) => Promise<void>,
  ): Promise<Float32Array> {
    const model = build();
    const optimizer = tf.train.rmsprop(0.01);
    const args = { optimizer, loss: "meanSquaredError", runEagerly };
    model.compile(args);
    const x = tf.randomNormal([45, 29], 0, 1, "float32", 3);
    const y = tf.sum(x, 1, true);
    for (let epochs = 0; epochs < 3; epochs++) {
      await model.fit(x, y, { batchSize: 10, epochs: 2, verbose: 0, shuffle: false });
      await during?.(model);
    }
    const weights = tf.concat(model.getWeights().map((weight) => tf.reshape(weight, [-1])));
    return weights.dataSync() as Float32Array;
  }

  const difference = (a: Float32Array, b: Float32Array) => Math.max(...a.map((v, i) => Math.abs(v - b[i]!)));

  it("is one operation, which changes weights as the single operations do", async () => {
    const eager = await train(true);
    let operations: Record<string, number>[] = [];
    const fused = await train(false, async (model) => {
      operations = operationsOf(model);
    });
    assert.ok(difference(eager, fused) < 1e-5, `${difference(eager, fused)}`);
    // One program for batches of ten, one for the last five.
    assert.equal(operations.length, 2);
    for (const found of operations) {
      assert.equal(found["ManabiResourceApplyRmsprop"], 4);
      assert.equal(found["ManabiDropout"], 2);
      // The weights and their mean squares, and the state of the random numbers: no slots for momentum.
      assert.equal(found["VarHandleOp"], 2 * 4 + 1);
      assert.equal(found["ResourceApplyRMSProp"], undefined);
    }
  });

  it("takes over weights that were set, and leaves alone who holds the old ones", async () => {
    const between = async (model: LayersModel) => {
      const kernel = (model.weights[0] as unknown as { val: Variable }).val;
      const before = kernel.clone();
      const values = before.dataSync().slice();
      kernel.assign(tf.mul(kernel, 0.5));
      await model.trainOnBatch(tf.ones([10, 29]), tf.ones([10, 1]));
      assert.deepEqual(before.dataSync(), values);
      assert.notDeepEqual(kernel.dataSync(), values);
    };
    const [eager, fused] = [await train(true, between), await train(false, between)];
    assert.ok(difference(eager, fused) < 1e-5, `${difference(eager, fused)}`);
  });

  it("is TensorFlow's operation where there is momentum, or no operation of our own", () => {
    const weight = tf.variable(tf.ones([11]));
    const steps = (momentum: number) => {
      weight.assign(tf.ones([11]));
      const optimizer = tf.train.rmsprop(0.01, 0.9, momentum);
      const step = compiled((x: Tensor) => optimizer.minimize(() => tf.sum(tf.mul(weight, x)), true));
      for (let i = 0; i < 5; i++) step(tf.linspace(-1, 1, 11)).dispose();
      const operations = Object.keys(step.explain()[0]!.operations!);
      step.dispose();
      return {
        update: operations.find((name) => name.includes("Apply")),
        values: weight.dataSync() as Float32Array,
      };
    };
    const [ours, theirs] = [steps(0), withoutOwnOperations(() => steps(0))];
    assert.deepEqual([ours.update, theirs.update], ["ManabiResourceApplyRmsprop", "ResourceApplyRMSProp"]);
    assert.ok(difference(ours.values, theirs.values) < 1e-6);
    assert.equal(steps(0.5).update, "ResourceApplyRMSProp");
  });
});

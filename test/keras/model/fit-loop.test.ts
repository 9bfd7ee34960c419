import assert from "node:assert/strict";
import type { Logs } from "@tensorflow/tfjs-node";
import { explain } from "../../../src/keras/model/explain.js";
import { setRandomSeed, tf } from "../../../src/keras/load.js";

/** 4 batches of 8 and one of 2. */
const [x, y] = [tf.randomNormal([34, 3]), tf.randomNormal([34, 1])];

function newModel(runEagerly = false) {
  setRandomSeed(5);
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3] })] });
  // The rate of Adam's steps is another number in each step.
  model.compile({ loss: "meanSquaredError", optimizer: tf.train.adam(0.1), runEagerly });
  return model;
}

describe("compiled fit", () => {
  it("runs several steps at once, with each step's own numbers", async () => {
    const loss: Record<string, unknown> = {};
    for (const runEagerly of [true, false]) {
      const model = newModel(runEagerly);
      let calls = 0;
      class CountCalls extends tf.Callback {
        override async onEpochEnd(): Promise<void> {
          calls++;
        }
      }
      const { history } = await model.fit(x, y, {
        batchSize: 8,
        epochs: 20,
        verbose: 0,
        callbacks: new CountCalls() as never,
      });
      assert.equal(calls, 20);
      loss[String(runEagerly)] = history["loss"];
      if (!runEagerly) {
        const [full] = explain(model).train;
        assert.equal(full!.state, "compiled");
        assert.equal(full!.operations!["LoopCond"], 1);
      }
    }
    const [eager, compiled] = [loss["true"], loss["false"]] as number[][];
    eager!.forEach((value, i) => assert.ok(Math.abs(value - compiled![i]!) < 1e-5 * value, `${i}`));
  });

  it("tells a callback of each batch, if it wants to know", async () => {
    const seen: Logs[] = [];
    const model = newModel();
    const onBatchEnd = async (batch: number, logs?: Logs) => void seen.push({ ...logs, index: batch });
    const { history } = await model.fit(x, y, {
      batchSize: 8,
      epochs: 5,
      verbose: 0,
      callbacks: { onBatchEnd },
    });
    assert.deepEqual(
      seen.map(({ index, batch, size }) => [index, batch, size]),
      Array.from({ length: 25 }, (_, i) => [i % 5, i % 5, i % 5 === 4 ? 2 : 8]),
    );
    const last = seen.slice(-5).reduce((sum, logs) => sum + logs["loss"]! * logs["size"]!, 0) / 34;
    assert.ok(Math.abs((history["loss"]!.at(-1) as number) - last) < 1e-9);
  });

  it("ends where a callback stops it", async () => {
    const model = newModel();
    const onEpochEnd = async (epoch: number) => void (model.stopTraining = epoch === 2);
    const before = tf.memory().numTensors;
    const { epoch } = await model.fit(x, y, { epochs: 9, verbose: 0, callbacks: { onEpochEnd } });
    assert.deepEqual(epoch, [0, 1, 2]);
    // Adam's slots.
    assert.equal(tf.memory().numTensors, before + 4);
  });

  it("uses the callbacks that were registered for all models", async () => {
    const verbosities: number[] = [];
    class Registered extends tf.Callback {
      override async onEpochEnd(): Promise<void> {
        verbosities.push((this as unknown as { params: { verbose: number } }).params.verbose);
      }
    }
    tf.registerCallbackConstructor(7, Registered);
    for (const verbose of [0, 7]) await newModel().fit(x, y, { verbose: verbose as 0 });
    assert.deepEqual(verbosities, [7]);
  });
});

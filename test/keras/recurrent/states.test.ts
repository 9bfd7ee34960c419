import assert from "node:assert/strict";
import type { Tensor, layers } from "@tensorflow/tfjs-node";
import { explain } from "../../../src/keras/model/explain.js";
import { setRandomSeed, tf } from "../../../src/keras/load.js";

const [batch, time, features] = [4, 6, 2];

const makers: Record<string, (config: { units: number }) => layers.RNN> = {
  LSTM: (config) => tf.layers.lstm(config),
  GRU: (config) => tf.layers.gru(config),
  SimpleRNN: (config) => tf.layers.simpleRNN(config),
};

function stateful(name: string, more: object = {}): layers.RNN {
  const config = { units: 3, stateful: true, batchInputShape: [batch, time, features], ...more };
  return makers[name]!(config);
}

describe("keras/recurrent: states of stateful layers", () => {
  for (const name of Object.keys(makers)) {
    it(`are part of the graph: ${name}`, async () => {
      const runs: number[][] = [];
      for (const runEagerly of [true, false]) {
        setRandomSeed(5);
        const model = tf.sequential({ layers: [stateful(name), tf.layers.dense({ units: 1 })] });
        model.compile({ optimizer: "sgd", loss: "meanSquaredError", runEagerly });
        const [x, y] = [tf.randomNormal([20, time, features]), tf.randomNormal([20, 1])];
        // In the third epoch the state begins anew.
        const onEpochEnd = (epoch: number): void => {
          if (epoch === 1) model.resetStates();
        };
        const options = {
          batchSize: batch,
          epochs: 4,
          shuffle: false,
          verbose: 0 as const,
          callbacks: { onEpochEnd },
        };
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const { history } = await model.fit(x, y, options);
        const predictions = tf.tidy(() =>
          [0, 1, 2].flatMap(() => [...model.predict(tf.slice(x, 0, batch), { batchSize: batch }).dataSync()]),
        );
        runs.push([...(history["loss"] as number[]), ...predictions]);
        const states = [...explain(model).train, ...explain(model).predict].map(({ state }) => state);
        assert.deepEqual(states, runEagerly ? [] : ["compiled", "compiled"]);
        model.dispose();
        tf.dispose([x, y]);
      }
      runs[0]!.forEach((value, i) =>
        assert.ok(Math.abs(value - runs[1]![i]!) < 1e-6, `${value} ${runs[1]![i]}`),
      );
      assert.ok(Math.abs(runs[1]!.at(-1)! - runs[1]!.at(-1 - batch)!) > 1e-9, "the state did not change");
    });
  }

  it("go on where the batch before ended", () => {
    const layer = stateful("LSTM", { batchInputShape: [batch, 3, features] });
    tf.tidy(() => {
      const x = tf.randomNormal([batch, 6, features]);
      layer.apply(tf.slice(x, [0, 0], [-1, 3]));
      const second = layer.apply(tf.slice(x, [0, 3], [-1, 3])) as Tensor;
      const whole = tf.layers.lstm({ units: 3, weights: layer.getWeights() }).apply(x) as Tensor;
      const difference = tf.max(tf.abs(tf.sub(second, whole))).dataSync()[0]!;
      assert.ok(difference < 1e-6, `differs by ${difference}`);
    });
    layer.dispose();
  });

  it("are set and reset, and freed with the layer", () => {
    const before = tf.memory().numTensors;
    const layer = stateful("LSTM");
    tf.tidy(() => {
      layer.apply(tf.ones([batch, time, features]));
      layer.resetStates();
      const values = () => layer.states.map((state) => state.dataSync()[0]);
      assert.deepEqual(values(), [0, 0]);
      layer.resetStates([tf.ones([batch, 3]), tf.mul(tf.ones([batch, 3]), 2)]);
      assert.deepEqual(values(), [1, 2]);
      layer.apply(tf.ones([batch, time, features]));
      assert.notDeepEqual(values(), [1, 2]);
      layer.resetStates();
      assert.deepEqual(values(), [0, 0]);
      assert.throws(
        () => layer.resetStates([tf.ones([batch, 3])]),
        /expects 2 state\(s\), but it received 1/,
      );
      assert.throws(() => layer.resetStates([1, 2].map(() => tf.ones([1, 3]))), /1,3.*4,3/);
    });
    layer.dispose();
    assert.equal(tf.memory().numTensors, before);
  });
});

import assert from "node:assert/strict";
import type { GRULayerArgs } from "@tensorflow/tfjs-layers/dist/layers/recurrent.js";
import type * as Tf from "@tensorflow/tfjs-node";
import { tf } from "../../../src/keras/load.js";

/** As `(np.arange(n) % 7 / 7 - 0.4).reshape(shape)`. */
function ramp(...shape: number[]): Tf.Tensor {
  const length = shape.reduce((product, size) => product * size, 1);
  return tf.tensor(
    Array.from({ length }, (_, i) => (i % 7) / 7 - 0.4),
    shape,
  );
}

function model(more: Partial<GRULayerArgs> = {}): Tf.Sequential {
  const layer = tf.layers.gru({
    units: 2,
    recurrentActivation: "sigmoid",
    returnSequences: true,
    resetAfter: true,
    inputShape: [3, 2],
    ...more,
  });
  return tf.sequential({ layers: [layer] });
}

describe("keras/layers: GRU with resetAfter", () => {
  // Keras 3.15: GRU(2, return_sequences=True) with ramp weights, on ramp(1, 3, 2); then SGD(0.1) on the mean squared
  // error to ramp(1, 3, 2) + 0.5.
  const output = [0.05109214, 0.13653304, 0.1047285, 0.28981262, 0.15853959, 0.43698987];
  const losses = [0.09251047, 0.08212234, 0.07329513];

  it("computes and trains as Keras does", async () => {
    const gru = model();
    const weights = [ramp(2, 6), ramp(2, 6), ramp(2, 6)];
    gru.setWeights(weights);
    const x = ramp(1, 3, 2);
    const y = tf.tidy(() => tf.add(ramp(1, 3, 2), 0.5));
    const predicted = tf.tidy(() => Array.from([gru.predict(x)].flat()[0]!.dataSync()));
    predicted.forEach((value, i) => assert.ok(Math.abs(value - output[i]!) < 1e-6, `${value} ${output[i]}`));
    gru.compile({ optimizer: tf.train.sgd(0.1), loss: "meanSquaredError" });
    for (const expected of losses) {
      // oxlint-disable-next-line no-await-in-loop -- each step starts from the weights of the one before
      const loss = [await gru.trainOnBatch(x, y)].flat()[0]!;
      assert.ok(Math.abs(loss - expected) < 1e-6, `${loss} ${expected}`);
    }
    tf.dispose([weights, x, y]);
  });

  it("leaves resetAfter: false as it was, and says which it is", () => {
    for (const resetAfter of [false, true]) {
      const layer = model({ resetAfter }).layers[0]!;
      assert.equal(layer.getConfig()["resetAfter"], resetAfter);
      assert.deepEqual(layer.weights[2]!.shape, resetAfter ? [2, 6] : [6]);
    }
  });

  it("takes dropout, no bias, and is found inside of Bidirectional", async () => {
    const inner = tf.layers.gru({
      units: 2,
      resetAfter: true,
      dropout: 0.5,
      recurrentDropout: 0.5,
    });
    const both = tf.layers.bidirectional({ layer: inner, inputShape: [3, 2] });
    const stack = tf.sequential({ layers: [both] });
    assert.deepEqual(
      both.weights.map(({ shape }) => shape),
      [
        [2, 6],
        [2, 6],
        [2, 6],
        [2, 6],
        [2, 6],
        [2, 6],
      ],
    );
    stack.compile({ optimizer: tf.train.sgd(0.1), loss: "meanSquaredError" });
    const [x, y] = [ramp(4, 3, 2), ramp(4, 4)];
    const step = (): Promise<unknown> => stack.trainOnBatch(x, y);
    await step();
    const before = tf.memory().numTensors;
    await step();
    await step();
    assert.equal(tf.memory().numTensors, before);
    assert.equal(model({ useBias: false }).layers[0]!.weights.length, 2);
    tf.dispose([x, y]);
  });
});

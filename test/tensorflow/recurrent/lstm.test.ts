import assert from "node:assert/strict";
import type { Tensor } from "@tensorflow/tfjs-node";
import { explain } from "../../../src/tensorflow/compile/index.js";
import { tf } from "../../../src/tensorflow/load.js";

type Config = Parameters<typeof tf.layers.lstm>[0];
type Layer = ReturnType<typeof tf.layers.lstm>;

const [batch, time, features, units] = [4, 5, 3, 6];
const keras: Partial<Config> = { units, recurrentActivation: "sigmoid", biasInitializer: "randomNormal" };

function lstm(config: Partial<Config>): Layer {
  const layer = tf.layers.lstm({ ...keras, ...config } as Config);
  layer.build([batch, time, features]);
  return layer;
}

/** The layer's outputs, and the gradients of a number made of them. */
function results(layer: Layer, x: Tensor, kwargs: object): Record<string, Tensor> {
  let outputs: Tensor[] = [];
  const { grads } = tf.variableGrads(() => {
    outputs = [layer.call(x, kwargs)].flat();
    for (const output of outputs) tf.keep(output);
    const weighted = outputs.map((output) => tf.sum(tf.mul(output, tf.cos(tf.range(0, units)))));
    return tf.addN(weighted).asScalar();
  });
  return { ...grads, ...Object.fromEntries(outputs.entries()) };
}

describe("tensorflow/recurrent: LSTM as one operation", () => {
  const kinds: Record<string, Partial<Config>> = {
    "last output": {},
    sequences: { returnSequences: true },
    backwards: { returnSequences: true, goBackwards: true },
    states: { returnSequences: true, returnState: true },
    "last output and states": { returnState: true },
    "no bias": { useBias: false },
    "rates for training only": { dropout: 0.5, recurrentDropout: 0.5 },
  };
  for (const [name, config] of Object.entries(kinds)) {
    it(`computes and differentiates as step by step: ${name}`, () => {
      tf.tidy(() => {
        const layer = lstm(config);
        const x = tf.variable(tf.randomNormal([batch, time, features]), true);
        const initialState = [1, 2].map(() => tf.variable(tf.randomNormal([batch, units]), true));
        for (const given of [{}, { initialState }]) {
          const fused = results(layer, x, given);
          // A mask that hides nothing makes it go step by step.
          const stepwise = results(layer, x, { ...given, mask: tf.ones([batch, time]) });
          assert.deepEqual(Object.keys(fused), Object.keys(stepwise));
          for (const [part, tensor] of Object.entries(fused)) {
            const difference = tf.max(tf.abs(tf.sub(tensor, stepwise[part]!))).dataSync()[0]!;
            assert.ok(difference < 2e-6, `${part} differs by ${difference}`);
          }
        }
      });
      tf.disposeVariables();
    });
  }

  it("carries the state of a stateful layer on", () => {
    const layer = tf.layers.lstm({
      ...keras,
      stateful: true,
      batchInputShape: [batch, 2, features],
    } as Config);
    const model = tf.sequential({ layers: [layer] });
    const whole = tf.layers.lstm({ ...keras, weights: layer.getWeights() } as Config);
    tf.tidy(() => {
      const x = tf.randomNormal([batch, 4, features]);
      layer.apply(tf.slice(x, [0, 0], [-1, 2]));
      const second = layer.apply(tf.slice(x, [0, 2], [-1, 2])) as Tensor;
      const difference = tf.max(tf.abs(tf.sub(second, whole.apply(x) as Tensor))).dataSync()[0]!;
      assert.ok(difference < 1e-6, `differs by ${difference}`);
    });
    layer.resetStates();
    model.dispose();
  });

  it("drops the same inputs in all time steps, in training only", () => {
    tf.tidy(() => {
      const layer = tf.layers.lstm({ ...keras, dropout: 0.5, returnSequences: true } as Config);
      layer.build([64, time, 1]);
      const rowsOf = (x: Tensor, training: boolean) =>
        (layer.call(x, { training }) as Tensor).arraySync() as number[][][];
      const shape = [64, time, 1];
      const [dropped, kept] = [0, 2].map((value) => rowsOf(tf.mul(tf.ones(shape), value), false)[0]!);
      const rows = rowsOf(tf.ones(shape), true);
      const isLike = (row: number[][], other: number[][]): boolean =>
        row.flat().every((value, i) => Math.abs(value - other.flat()[i]!) < 1e-6);
      const counts = [dropped!, kept!].map((like) => rows.filter((row) => isLike(row, like)).length);
      assert.equal(counts[0]! + counts[1]!, 64);
      assert.ok(Math.min(...counts) > 10, String(counts));
    });
  });

  it("is compiled, if it is small", async () => {
    const [x, y] = [tf.zeros([2, 3, 4]), tf.zeros([2, 1])];
    for (const [size, operations] of [
      [8, 1],
      [64, undefined],
    ] as const) {
      const layer = tf.layers.lstm({ ...keras, units: size, inputShape: [3, 4] });
      const model = tf.sequential({ layers: [layer, tf.layers.dense({ units: 1 })] });
      model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      for (let i = 0; i < 3; i++) await model.trainOnBatch(x, y);
      const [report] = explain(model).train;
      assert.equal(report!.state, "compiled");
      assert.equal(report!.operations!["BlockLSTMGradV2"], operations);
      model.dispose();
    }
    tf.dispose([x, y]);
  });

  it("keeps no tensors", async () => {
    const model = tf.sequential({ layers: [tf.layers.lstm({ ...keras, inputShape: [3, 4] } as Config)] });
    model.compile({ optimizer: "sgd", loss: "meanSquaredError", runEagerly: true });
    const [x, y] = [tf.zeros([2, 3, 4]), tf.zeros([2, units])];
    const native = (): number =>
      (tf.backend() as unknown as { binding: { getNumOfTensors(): number } }).binding.getNumOfTensors();
    await model.trainOnBatch(x, y);
    const before = [tf.memory().numTensors, native()];
    for (let i = 0; i < 3; i++) await model.trainOnBatch(x, y);
    assert.deepEqual([tf.memory().numTensors, native()], before);
    model.dispose();
    tf.dispose([x, y]);
  });
});

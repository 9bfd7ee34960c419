import assert from "node:assert/strict";
import type { Tensor, layers } from "@tensorflow/tfjs-node";
import { explain } from "../../../src/keras/model/explain.js";
import { setRandomSeed, tf } from "../../../src/keras/load.js";
import { hasOwnOperation, withoutOwnOperations } from "../../../src/tfjs/own-operations.js";

interface Config {
  units: number;
  [name: string]: unknown;
}

const cells: Record<string, (config: Config) => layers.RNN> = {
  LSTM: (config) => tf.layers.lstm(config),
  GRU: (config) => tf.layers.gru(config),
  "GRU with resetAfter: false": (config) => tf.layers.gru({ ...config, resetAfter: false }),
  SimpleRNN: (config) => tf.layers.simpleRNN(config),
};

/** The layer's outputs, and the gradients of a number made of them. */
function results(layer: layers.RNN, x: Tensor, kwargs: object): Record<string, Tensor> {
  let outputs: Tensor[] = [];
  const { grads } = tf.variableGrads(() => {
    outputs = [layer.call(x, kwargs)].flat();
    for (const output of outputs) tf.keep(output);
    const weighted = outputs.map((output) =>
      tf.sum(tf.mul(output, tf.cos(tf.range(0, output.shape.at(-1)!)))),
    );
    return tf.addN(weighted).asScalar();
  });
  return { ...grads, ...Object.fromEntries(outputs.entries()) };
}

function assertClose(actual: Tensor, expected: Tensor, what: string): void {
  const [difference, size] = tf.tidy(() =>
    [tf.sub(actual, expected), expected].map((tensor) => tf.max(tf.abs(tensor)).dataSync()[0]!),
  );
  assert.ok(difference! <= 1e-5 * size! + 2e-6, `${what} differs by ${difference}`);
}

/** The same as one operation and step by step, with the same random numbers. */
function compare(layer: layers.RNN, x: Tensor, kwargs: object): void {
  setRandomSeed(1);
  const fused = results(layer, x, kwargs);
  setRandomSeed(1);
  const stepwise = withoutOwnOperations(() => results(layer, x, kwargs), "ManabiRecurrent");
  assert.deepEqual(Object.keys(fused), Object.keys(stepwise));
  for (const [part, tensor] of Object.entries(fused)) assertClose(tensor, stepwise[part]!, part);
}

describe("keras/recurrent: a layer as one operation", () => {
  before(function () {
    // Only set-up's own build of the binding has the operation; without it, all goes step by step.
    if (!hasOwnOperation("ManabiRecurrent")) this.skip();
  });

  const kinds: Record<string, object> = {
    "last output": {},
    sequences: { returnSequences: true },
    "backwards, with states": { returnSequences: true, returnState: true, goBackwards: true },
    "last output and states": { returnState: true },
    "no bias": { useBias: false },
    "other activations": { activation: "relu", recurrentActivation: "linear" },
    "rates for training only": { dropout: 0.5, recurrentDropout: 0.5 },
  };
  const [time, features] = [4, 3];
  for (const [name, make] of Object.entries(cells)) {
    for (const [kind, config] of Object.entries(kinds)) {
      it(`computes and differentiates as step by step: ${name}, ${kind}`, () => {
        // Sizes that fill the processor's vectors and the product's tiles, and some that do not; the last, on two threads.
        for (const [batch, units] of [
          [1, 1],
          [3, 16],
          [4, 5],
          [7, 33],
          [33, 64],
        ] as const) {
          tf.tidy(() => {
            const layer = make({
              units,
              biasInitializer: "randomNormal",
              recurrentActivation: "sigmoid",
              ...config,
            });
            layer.build([batch, time, features]);
            const x = tf.variable(tf.randomNormal([batch, time, features]), true);
            const states = name === "LSTM" ? [0, 1] : [0];
            const initialState = states.map(() => tf.variable(tf.randomNormal([batch, units]), true));
            const mask = tf.greater(tf.randomUniform([batch, time]), 0.4);
            for (const kwargs of [{}, { initialState }, { mask }, { initialState, mask }]) {
              compare(layer, x, kwargs);
            }
          });
          tf.disposeVariables();
        }
      });
    }
  }

  // Keras 3.15: Embedding(5, 3, mask_zero=True), then the layer with go_backwards=True; the weights are ramps. What it
  // returns for the second sample with return_sequences=True, and how it learns without.
  const keras = {
    LSTM: {
      outputs: [0.122252, 0.096192, 0.122252, 0.096192, 0.122252, 0.096192, 0.14224, 0.133918],
      losses: [0.324127, 0.31788, 0.312199, 0.307012],
    },
    GRU: {
      outputs: [-0.131653, 0.038246, -0.131653, 0.038246, -0.131653, 0.038246, -0.221208, 0.047947],
      losses: [0.43552, 0.271041, 0.183641, 0.145372],
    },
    "GRU with resetAfter: false": {
      outputs: [-0.082036, 0.134897, -0.082036, 0.134897, -0.082036, 0.134897, -0.123705, 0.165148],
      losses: [0.587224, 0.365593, 0.238252, 0.174303],
    },
    SimpleRNN: {
      outputs: [0.141095, -0.026731, 0.141095, -0.026731, 0.141095, -0.026731, 0.171172, -0.062801],
      losses: [0.250938, 0.103715, 0.067969, 0.050783],
    },
  };
  const ramp = (start: number, shape: number[]): Tensor =>
    tf
      .mul(
        tf.sin(
          tf.add(
            tf.mul(
              tf.range(
                0,
                shape.reduce((a, b) => a * b),
              ),
              0.7,
            ),
            start,
          ),
        ),
        0.8,
      )
      .reshape(shape);
  for (const [name, { outputs, losses }] of Object.entries(keras)) {
    it(`agrees with Keras on masked sequences, backwards: ${name}`, async () => {
      const model = (returnSequences: boolean) => {
        const embedding = tf.layers.embedding({ inputDim: 5, outputDim: 3, maskZero: true, inputLength: 4 });
        const layer = cells[name]!({ units: 2, goBackwards: true, returnSequences });
        const made = tf.sequential({ layers: [embedding, layer] });
        tf.tidy(() => made.setWeights(made.getWeights().map(({ shape }, i) => ramp(i + 1, shape))));
        return made;
      };
      const x = tf.tensor2d([1, 2, 0, 3, 4, 0, 0, 1, 0, 2, 3, 0], [3, 4]);
      const y = tf.tidy(() => ramp(9, [3, 2]));
      const [sequences, last] = [model(true), model(false)];
      tf.tidy(() => {
        const predicted = sequences.predict(x).dataSync().slice(8, 16);
        assertClose(tf.tensor1d(predicted), tf.tensor1d(outputs), "the output");
      });
      last.compile({ optimizer: tf.train.sgd(0.5), loss: "meanSquaredError" });
      const { history } = await last.fit(x, y, { batchSize: 3, epochs: 4, shuffle: false, verbose: 0 });
      tf.tidy(() => assertClose(tf.tensor1d(history["loss"] as number[]), tf.tensor1d(losses), "the loss"));
      assert.deepEqual(
        explain(last).train.map(({ state }) => state),
        ["compiled"],
      );
      sequences.dispose();
      last.dispose();
      tf.dispose([x, y]);
    });
  }

  it("drops the same inputs in all time steps, in training only", () => {
    tf.tidy(() => {
      const layer = cells["LSTM"]!({
        units: 6,
        biasInitializer: "randomNormal",
        dropout: 0.5,
        returnSequences: true,
      });
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

  for (const [name, make] of Object.entries(cells)) {
    it(`drops the same elements of the state in all time steps: ${name}`, () => {
      tf.tidy(() => {
        const layer = make({ units: 20, recurrentDropout: 0.5, returnSequences: true, returnState: true });
        layer.build([6, time, features]);
        const x = tf.variable(tf.randomNormal([6, time, features]), true);
        const states = name === "LSTM" ? [0, 1] : [0];
        const initialState = states.map(() => tf.variable(tf.randomNormal([6, 20]), true));
        const mask = tf.greater(tf.randomUniform([6, time]), 0.4);
        compare(layer, x, { training: true, initialState });
        compare(layer, x, { training: true, initialState, mask });
      });
      tf.disposeVariables();
    });
  }

  it("passes NaN on", () => {
    tf.tidy(() => {
      const layer = cells["LSTM"]!({ units: 3 });
      const output = layer.apply(tf.mul(tf.ones([1, time, 1]), NaN)) as Tensor;
      assert.ok(output.dataSync().every(Number.isNaN));
    });
  });

  it("is one operation of the graph, and one for the gradient", async () => {
    const layer = cells["GRU"]!({ units: 200, inputShape: [3, 4] });
    const model = tf.sequential({ layers: [layer, tf.layers.dense({ units: 1 })] });
    model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const [x, y] = [tf.zeros([2, 3, 4]), tf.zeros([2, 1])];
    await model.trainOnBatch(x, y);
    const [report] = explain(model).train;
    assert.equal(report!.state, "compiled");
    const { ManabiRecurrent, ManabiRecurrentGrad, MatMul } = report!.operations!;
    // Inputs, dense layer, and their gradients; the gradient of the recurrent kernel.
    assert.deepEqual([ManabiRecurrent, ManabiRecurrentGrad, MatMul], [1, 1, 6]);
    model.dispose();
    tf.dispose([x, y]);
  });

  it("keeps no tensors", async () => {
    const model = tf.sequential({ layers: [cells["LSTM"]!({ units: 6, inputShape: [3, 4] })] });
    model.compile({ optimizer: "sgd", loss: "meanSquaredError", runEagerly: true });
    const [x, y] = [tf.zeros([2, 3, 4]), tf.zeros([2, 6])];
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

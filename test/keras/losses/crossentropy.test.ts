import assert from "node:assert/strict";
import type { Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../../src/keras/load.js";

/** A model that passes its inputs on to the activation; the loss as real Keras 3.15 on TensorFlow gives it. */
const cases = [
  { loss: "categoricalCrossentropy", activation: "softmax", y: [[1, 0]], x: [[-30, 20]], expected: 50 },
  { loss: "sparseCategoricalCrossentropy", activation: "softmax", y: [[0]], x: [[-30, 20]], expected: 50 },
  { loss: "binaryCrossentropy", activation: "sigmoid", y: [[1, 0]], x: [[-40, 20]], expected: 30 },
] as const;

interface OpenModel {
  lossFunctions: ((target: Tensor, output: Tensor) => Tensor)[];
}

function passingOn(activation: "softmax" | "sigmoid", loss: string, runEagerly: boolean) {
  const layer = tf.layers.dense({
    units: 2,
    inputShape: [2],
    activation,
    kernelInitializer: "identity",
    useBias: false,
  });
  const model = tf.sequential({ layers: [layer] });
  model.compile({ loss, optimizer: tf.train.sgd(1), runEagerly });
  return model;
}

describe("keras/losses: crossentropy", () => {
  for (const { loss, activation, x, y, expected } of cases) {
    for (const runEagerly of [true, false]) {
      it(`${loss} has a value and a gradient where the model is very wrong${runEagerly ? ", eagerly" : ""}`, async () => {
        const model = passingOn(activation, loss, runEagerly);
        const [inputs, targets] = [tf.tensor2d(x as never), tf.tensor2d(y as never)];
        for (let i = 0; i < 3; i++) {
          const value = model.evaluate(inputs, targets) as Tensor;
          assert.ok(Math.abs(value.dataSync()[0]! - expected) < 1e-4, `${value.dataSync()[0]}`);
          value.dispose();
        }
        const before = model.getWeights()[0]!.dataSync();
        await model.fit(inputs, targets, { epochs: 1, verbose: 0 });
        const after = model.getWeights()[0]!.dataSync();
        assert.ok(Math.abs(after[0]! - before[0]!) > 10);
        tf.dispose([inputs, targets]);
        model.dispose();
      });
    }
  }

  for (const runEagerly of [true, false]) {
    it(`takes class numbers that are integers${runEagerly ? ", eagerly" : ""}`, async () => {
      const loss = "sparseCategoricalCrossentropy";
      const [x, integers, floats] = [
        tf.ones([3, 2]),
        tf.tensor1d([0, 1, 1], "int32"),
        tf.tensor1d([0, 1, 1]),
      ];
      const losses = [integers, floats].map(async (y) => {
        // Behind a softmax, and where what came before it is not known.
        const models = [passingOn("softmax", loss, runEagerly), passingOn("sigmoid", loss, runEagerly)];
        const fits = models.map((model) => model.fit(x, y, { epochs: 2, shuffle: false, verbose: 0 }));
        const histories = await Promise.all(fits);
        for (const model of models) model.dispose();
        // Two graphs may round differently.
        return histories.map(({ history }) => history["loss"]!.map((value) => (value as number).toFixed(5)));
      });
      assert.deepEqual(await losses[0], await losses[1]);
      tf.dispose([x, integers, floats]);
    });
  }

  it("has gradients of the targets, and second ones", () => {
    const model = passingOn("sigmoid", "binaryCrossentropy", true);
    const { lossFunctions } = (model as unknown as { model: OpenModel }).model;
    const { activation } = model.layers[0] as unknown as { activation: { apply(x: Tensor): Tensor } };
    tf.tidy(() => {
      const loss = (x: Tensor) => lossFunctions[0]!(tf.tensor2d([[0.25, 0.5]]), activation.apply(x)).sum();
      const x = tf.tensor2d([[0.5, -1]]);
      const second = tf
        .grad((at: Tensor) =>
          tf
            .grad(loss as never)(at)
            .sum(),
        )(x)
        .dataSync();
      [0.5, -1].forEach((at, i) => {
        const p = 1 / (1 + Math.exp(-at));
        assert.ok(Math.abs(second[i]! - (p * (1 - p)) / 2) < 1e-6);
      });
      const ofTargets = tf.grad((target: Tensor) => lossFunctions[0]!(target, activation.apply(x)).sum());
      assert.deepEqual(Array.from(ofTargets(tf.tensor2d([[0.25, 0.5]])).dataSync()), [-0.25, 0.5]);
    });
  });
});

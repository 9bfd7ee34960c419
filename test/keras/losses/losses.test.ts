import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { LayersModel, Tensor } from "@tensorflow/tfjs-node";
import { explain, losses, tf } from "../../../src/index.js";
import { reduced } from "../../../src/keras/losses/reduction.js";
import { lossOfClass } from "../../../src/keras/losses/catalogue.js";

interface Case {
  class: string;
  options: Record<string, unknown>;
  true: number[][];
  predicted: number[][];
  loss: number;
  gradient: number[][];
  weights: number[];
  weighed: number;
}

const fixture = JSON.parse(
  readFileSync(new URL("../../../../test/fixtures/keras/losses.json", import.meta.url), "utf8"),
) as { withArguments: Case[] };

const camelCase = (name: string): string =>
  name.replace(/_+(\w)/g, (_, letter: string) => letter.toUpperCase());

/** A model that predicts its input. */
function identity(shape: number[]): LayersModel {
  return tf.sequential({ layers: [tf.layers.activation({ activation: "linear", inputShape: shape })] });
}

function assertClose(actual: number, expected: number, what: string): void {
  const tolerance = 2e-6 * Math.max(1, Math.abs(expected));
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what} is ${actual}, Keras has ${expected}`);
}

describe("keras/losses: losses with arguments", () => {
  for (const expected of fixture.withArguments) {
    it(`${expected.class} ${JSON.stringify(expected.options)}`, async () => {
      const options = Object.entries(expected.options).map(([name, value]) => [
        camelCase(name),
        name === "reduction" ? camelCase(value as string) : value,
      ]);
      const loss = lossOfClass(
        expected.class,
        Object.fromEntries(options) as object as Record<string, unknown>,
      )!;
      const [y, predicted] = [tf.tensor(expected.true), tf.tensor(expected.predicted)];
      const sampleWeight = tf.tensor(expected.weights);
      const { values, counted } = loss.definition;
      const total = (x: Tensor) => {
        const each = values(y, x);
        return reduced(each, loss.reduction, undefined, counted?.(y, each));
      };
      const gradient = tf.grad(total)(predicted);
      gradient.dataSync().forEach((value, i) => {
        assertClose(value, expected.gradient.flat(2)[i]!, `gradient ${i}`);
      });
      for (const runEagerly of [true, false]) {
        const model = identity(predicted.shape.slice(1));
        model.compile({ loss, runEagerly });
        // oxlint-disable-next-line no-await-in-loop -- model after model
        const results = [
          await model.testOnBatch(predicted, y),
          await model.testOnBatch(predicted, y),
        ] as number[];
        for (const result of results) assertClose(result, expected.loss, "loss");
        // oxlint-disable-next-line no-await-in-loop -- model after model
        assertClose(
          (await model.testOnBatch(predicted, y, { sampleWeight })) as number,
          expected.weighed,
          "weighed loss",
        );
        if (!runEagerly) assert.equal(explain(model).test.at(0)?.state, "compiled");
        model.dispose();
      }
      tf.dispose([y, predicted, sampleWeight, gradient]);
    });
  }

  it("train a model, of one output or several", async () => {
    const x = tf.input({ shape: [3] });
    const heads = ["a", "b"].map((name) => tf.layers.dense({ units: 2, name }).apply(x) as tf.SymbolicTensor);
    const model = tf.model({ inputs: x, outputs: heads });
    model.compile({
      loss: { a: losses.categoricalCrossentropy({ fromLogits: true }), b: losses.huber({ delta: 2 }) },
      optimizer: tf.train.sgd(0.1),
      metrics: ["accuracy"],
    });
    const [inputs, targets] = [tf.randomNormal([8, 3]), tf.oneHot([0, 1, 1, 0, 1, 0, 0, 1], 2)];
    const { history } = await model.fit(inputs, [targets, targets], { epochs: 3, verbose: 0 });
    const total = history["loss"] as number[];
    assert.ok(total[2]! < total[0]!);
    assert.ok(["a_loss", "b_loss", "a_accuracy", "b_accuracy"].every((name) => name in history));
    tf.dispose([inputs, targets]);
    model.dispose();
  });

  it("say what is wrong with their arguments", () => {
    assert.throws(() => losses.huber({ threshold: 1 } as never), {
      name: "TypeError",
      message: "losses.huber: there is no argument threshold. Its arguments are delta, reduction.",
    });
    assert.throws(() => losses.dice({ reduction: "none" as never }), {
      name: "TypeError",
      message:
        'losses.dice: reduction is "none". Expected one of sumOverBatchSize, sum, mean, meanWithSampleWeight.',
    });
  });
});

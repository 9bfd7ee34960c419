import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../../src/keras/load.js";
import type { JsonObject } from "../../../src/saving/json.js";
import { modelFromConfig } from "../../../src/saving/model-from-config.js";

interface Case {
  config: JsonObject;
  weights: number[][];
  shapes: number[][];
  x: number[][];
  y: number[];
  predictions: number[];
  loss: number[];
  trained: number[][];
}

const fixture = JSON.parse(
  readFileSync(new URL("../../../../test/fixtures/keras/masks.json", import.meta.url), "utf8"),
) as { cases: Record<string, Case> };

function assertClose(actual: ArrayLike<number>, expected: unknown[], what: string): void {
  const numbers = expected.flat(Infinity as 1) as number[];
  assert.equal(actual.length, numbers.length, what);
  const worst = Math.max(
    ...numbers.map((value, i) => Math.abs(value - actual[i]!) / Math.max(1, Math.abs(value))),
  );
  assert.ok(worst <= 3e-5, `${what} differs by ${worst}: ${Array.from(actual).join()} | ${numbers.join()}`);
}

describe("keras/layers: masks as in Keras", () => {
  for (const [name, expected] of Object.entries(fixture.cases)) {
    for (const runEagerly of [true, false]) {
      it(`${name}${runEagerly ? ", eagerly" : ""}`, async () => {
        const model = modelFromConfig(expected.config, Infinity);
        model.setWeights(expected.weights.map((values, i) => tf.tensor(values, expected.shapes[i])));
        const x = expected.x.map((values) => tf.tensor(values));
        const y = tf.tensor(expected.y);
        const predictions = model.predict(x) as Tensor;
        assertClose(predictions.dataSync(), expected.predictions, "predictions");
        model.compile({ loss: "meanSquaredError", optimizer: tf.train.sgd(0.1), runEagerly });
        const { history } = await model.fit(x, y, {
          batchSize: y.shape[0],
          epochs: 3,
          shuffle: false,
          verbose: 0,
        });
        assertClose(history["loss"] as number[], expected.loss, "loss");
        model
          .getWeights()
          .forEach((weight, i) =>
            assertClose(weight.dataSync(), expected.trained[i]!, model.weights[i]!.name),
          );
        tf.dispose([x, y, predictions]);
        model.dispose();
      });
    }
  }
});

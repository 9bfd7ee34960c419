import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../../src/keras/load.js";

interface LossCase {
  true: number[][];
  predicted: number[][];
  loss: number;
  gradient: number[][];
}
type MetricCase = Pick<LossCase, "true" | "predicted"> & { value: number };

const fixture = JSON.parse(
  readFileSync(new URL("../../../../test/fixtures/keras/losses.json", import.meta.url), "utf8"),
) as { losses: Record<string, LossCase>; metrics: Record<string, MetricCase> };

/** A model that predicts its input. */
function identity(columns: number) {
  return tf.sequential({ layers: [tf.layers.activation({ activation: "linear", inputShape: [columns] })] });
}

function assertClose(actual: number, expected: number, what: string): void {
  const tolerance = 1e-6 * Math.max(1, Math.abs(expected));
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what} is ${actual}, Keras has ${expected}`);
}

describe("keras/losses: losses and metrics against Keras", () => {
  for (const [name, expected] of Object.entries(fixture.losses)) {
    it(`loss: ${name}`, () => {
      const model = identity(expected.predicted[0]!.length);
      model.compile({ loss: name.split(" ")[0]!, optimizer: "sgd" });
      const [y, predicted] = [tf.tensor2d(expected.true), tf.tensor2d(expected.predicted)];
      assertClose([model.evaluate(predicted, y)].flat()[0]!.dataSync()[0]!, expected.loss, "loss");
      const { lossFunctions } = (
        model as unknown as { model: { lossFunctions: ((a: Tensor, b: Tensor) => Tensor)[] } }
      ).model;
      const gradient = tf
        .grad((x) => tf.mean(lossFunctions[0]!(y, x)))(predicted)
        .dataSync();
      expected.gradient.flat().forEach((value, i) => assertClose(gradient[i]!, value, `gradient ${i}`));
    });
  }

  const lossOfAccuracy: Record<string, string> = {
    "accuracy of classes": "categoricalCrossentropy",
    "accuracy of class numbers": "sparseCategoricalCrossentropy",
    "accuracy of yes and no": "binaryCrossentropy",
    sparseCategoricalAccuracy: "sparseCategoricalCrossentropy",
    sparseTopKCategoricalAccuracy: "sparseCategoricalCrossentropy",
  };

  for (const [name, expected] of Object.entries(fixture.metrics)) {
    it(`metric: ${name}`, () => {
      const model = identity(expected.predicted[0]!.length);
      const metric = name.split(" ")[0]!;
      model.compile({
        loss: lossOfAccuracy[name] ?? "meanSquaredError",
        optimizer: "sgd",
        metrics: [metric],
      });
      const evaluated = model.evaluate(tf.tensor2d(expected.predicted), tf.tensor2d(expected.true));
      assertClose([evaluated].flat()[1]!.dataSync()[0]!, expected.value, name);
      assert.equal(model.metricsNames[1], metric === "accuracy" ? "acc" : metric);
    });
  }

  it("a misspelt one is answered with those that there are", () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
    const compile = (loss: string, metrics: string[]) => () =>
      model.compile({ loss, metrics, optimizer: "sgd" });
    assert.throws(
      compile("crossentropy", []),
      /Unknown loss crossentropy\. Known are "bce", .*"huber", .*"squaredHinge", .*\.$/,
    );
    assert.throws(
      compile("mse", ["acurracy"]),
      /Unknown metric acurracy\. Known are "accuracy", "auc", .*"mse", .*"topKCategoricalAccuracy", .*\.$/,
    );
    for (const loss of ["squaredHinge", "logcosh"]) compile(loss, ["cosine", "mape"])();
  });

  it("names are saved with the model, not functions", async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
    model.compile({ loss: "huber", optimizer: tf.train.sgd(0.1), metrics: ["mae", "recall"] });
    let saved: { trainingConfig?: { loss: unknown; metrics: unknown } } = {};
    await model.save(
      tf.io.withSaveHandler(async (artifacts) => {
        saved = artifacts as typeof saved;
        return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" } };
      }),
      { includeOptimizer: true },
    );
    assert.deepEqual(
      [saved.trainingConfig?.loss, saved.trainingConfig?.metrics],
      ["huber", ["mae", "recall"]],
    );
  });
});

import assert from "node:assert/strict";
import { losses, metrics, optimizers, tf } from "../../src/index.js";
import type { LossName, MetricName, OptimizerName } from "../../src/keras/types.cjs";

/** All that cells are offered: the types are made of these, and of what has no function of its own. */
const namesOf = (functions: object): string[] =>
  Object.entries(functions).flatMap(([name, make]) =>
    typeof make === "function" && !/^class\b/.test(Function.prototype.toString.call(make)) ? [name] : [],
  );
const withoutFunctions: MetricName[] = [
  "accuracy",
  "categoricalAccuracy",
  "cosineSimilarity",
  "crossentropy",
  "meanAbsoluteError",
  "meanAbsolutePercentageError",
  "meanSquaredError",
  "sparseCategoricalAccuracy",
];
const [aLoss, anOptimizer]: [LossName, OptimizerName] = ["huber", "adam"];

describe("names that are offered in cells", () => {
  it("are those of losses, metrics and optimizers that compile takes, and others may be given", () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })] });
    for (const loss of [...namesOf(losses), "mse", "kld", aLoss]) model.compile({ loss, optimizer: "sgd" });
    for (const metric of [...namesOf(metrics), ...withoutFunctions]) {
      const needsArguments = [
        "f1Score",
        "fBetaScore",
        "ioU",
        "meanIoU",
        "oneHotIoU",
        "oneHotMeanIoU",
      ].includes(metric);
      if (!needsArguments) model.compile({ loss: "mse", metrics: [metric] });
    }
    for (const optimizer of [...namesOf(optimizers), anOptimizer]) model.compile({ loss: "mse", optimizer });
    assert.throws(() => model.compile({ loss: "meanSquaredEror", optimizer: "sgd" }), /meanSquaredEror/);
    model.dispose();
  });
});

import assert from "node:assert/strict";
import { tf } from "../../src/index.js";
import type { LossName, MetricName, OptimizerName } from "../../src/keras/types.cjs";

/** All that cells are offered; the compiler sees to it that none is missing. */
const losses: Record<LossName, true> = {
  binaryCrossentropy: true,
  binaryFocalCrossentropy: true,
  categoricalCrossentropy: true,
  categoricalFocalCrossentropy: true,
  categoricalGeneralizedCrossEntropy: true,
  categoricalHinge: true,
  circle: true,
  cosineSimilarity: true,
  dice: true,
  hinge: true,
  huber: true,
  klDivergence: true,
  logCosh: true,
  meanAbsoluteError: true,
  meanAbsolutePercentageError: true,
  meanSquaredError: true,
  meanSquaredLogarithmicError: true,
  poisson: true,
  sparseCategoricalCrossentropy: true,
  squaredHinge: true,
  tversky: true,
};
const metrics: Record<MetricName, true> = {
  accuracy: true,
  auc: true,
  binaryAccuracy: true,
  categoricalAccuracy: true,
  cosineSimilarity: true,
  falseNegatives: true,
  falsePositives: true,
  meanAbsoluteError: true,
  meanSquaredError: true,
  precision: true,
  r2Score: true,
  recall: true,
  rootMeanSquaredError: true,
  sparseCategoricalAccuracy: true,
  sparseTopKCategoricalAccuracy: true,
  topKCategoricalAccuracy: true,
  trueNegatives: true,
  truePositives: true,
};
const optimizers: Record<OptimizerName, true> = {
  adadelta: true,
  adagrad: true,
  adam: true,
  adamax: true,
  adamw: true,
  ftrl: true,
  nadam: true,
  rmsprop: true,
  sgd: true,
};

describe("names that are offered in cells", () => {
  it("are those of losses, metrics and optimizers that compile takes, and others may be given", () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })] });
    for (const loss of Object.keys(losses)) model.compile({ loss, optimizer: "sgd" });
    for (const metric of Object.keys(metrics)) model.compile({ loss: "mse", metrics: [metric] });
    for (const optimizer of Object.keys(optimizers)) model.compile({ loss: "mse", optimizer });
    assert.throws(() => model.compile({ loss: "meanSquaredEror", optimizer: "sgd" }), /meanSquaredEror/);
    model.dispose();
  });
});

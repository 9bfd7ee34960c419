import assert from "node:assert/strict";
import type { Logs } from "@tensorflow/tfjs-node";
import { tf } from "../../../src/keras/load.js";
import { kerasMetricName } from "../../../src/keras/model/metric-names.js";

describe("keras/model: metric names", () => {
  it("gives accuracy beside acc in logs and history", async () => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 2, inputShape: [2], activation: "softmax" })],
    });
    model.compile({
      loss: "categoricalCrossentropy",
      optimizer: "sgd",
      metrics: ["accuracy", "crossentropy"],
    });
    const x = tf.eye(2);
    const logs: Record<string, Logs> = {};
    const { history } = await model.fit(x, x, {
      verbose: 0,
      validationData: [x, x],
      callbacks: {
        onBatchEnd: (_batch, batchLogs) => void (logs["batch"] = batchLogs!),
        onEpochEnd: (_epoch, epochLogs) => void (logs["epoch"] = epochLogs!),
      },
    });
    assert.equal(typeof logs["batch"]!["accuracy"], "number");
    assert.equal(logs["epoch"]!["val_accuracy"], logs["epoch"]!["val_acc"]);
    for (const [short, name] of Object.entries({
      acc: "accuracy",
      val_acc: "val_accuracy",
      ce: "crossentropy",
    })) {
      assert.equal(history[name]!.length, 1);
      assert.deepEqual(history[name], history[short]);
    }
    assert.equal(
      Object.keys(history).join(" "),
      "loss accuracy crossentropy val_loss val_accuracy val_crossentropy",
    );
    model.dispose();
    x.dispose();
  });

  it("renames only the abbreviations", () => {
    const names = ["acc", "val_acc", "digit_acc", "val_digit_acc_1", "ce", "loss", "accent", "my_place"];
    assert.deepEqual(names.map(kerasMetricName), [
      "accuracy",
      "val_accuracy",
      "digit_accuracy",
      "val_digit_accuracy_1",
      "crossentropy",
      "loss",
      "accent",
      "my_place",
    ]);
  });
});

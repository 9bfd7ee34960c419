import assert from "node:assert/strict";
import { RunnerHarness } from "../harness.js";

describe("kernel/runner packages of which there is one copy", function () {
  this.timeout(60_000);
  const uses = { "index.js": "exports.tf = require('@tensorflow/tfjs');" };
  const copy = { "index.js": "exports.tensor = 'their own';" };

  const starting = async (): Promise<RunnerHarness> => {
    const harness = new RunnerHarness();
    harness.install("uses-tensorflow", { main: "index.js" }, uses);
    harness.install("@tensorflow/tfjs-node", { main: "index.js", version: "4.1.0" }, copy);
    harness.install("@tensorflow/tfjs-core", { main: "index.js", version: "3.1.0" }, copy);
    await harness.runner.start();
    return harness;
  };

  it("come from Manabi, mended, before a cell imports it and after, in packages too", async () => {
    const harness = await starting();
    try {
      // cumsum's gradient along another axis than the last is one of the mended things.
      const mended =
        "tf.grad((x) => tf.cumsum(x.reshape([2, 1, 1]), 0).sum())(tf.tensor1d([1, 2])).arraySync()";
      assert.equal(
        await harness.result(`import * as tf from "@tensorflow/tfjs-node"; ${mended}`),
        "[ 2, 1 ]",
      );
      assert.equal(
        await harness.result('require("uses-tensorflow").tf.tensor === tf.tensor && tf.getBackend()'),
        "'tensorflow'",
      );
      assert.equal(
        await harness.result('import { tf as ours } from "manabi"; ours.tensor === tf.tensor'),
        "true",
      );
    } finally {
      await harness.stop();
    }
  });

  it("also where a package asks first", async () => {
    const harness = await starting();
    try {
      assert.equal(
        await harness.result(
          'import { tf } from "uses-tensorflow"; tf.softmax(tf.tensor2d([[1], [1]]), 0).arraySync()',
        ),
        "[ [ 0.5 ], [ 0.5 ] ]",
      );
    } finally {
      await harness.stop();
    }
  });

  it("of another major version are the folder's own", async () => {
    const harness = await starting();
    try {
      assert.equal(await harness.result('require("@tensorflow/tfjs-core").tensor'), "'their own'");
    } finally {
      await harness.stop();
    }
  });
});

import assert from "node:assert/strict";
import type { RunnerOutput } from "../../../../src/kernel/contracts.js";
import { pause, RunnerHarness, succeeded } from "../harness.js";

describe("kernel/runner late errors", () => {
  let harness: RunnerHarness;
  before(async () => {
    harness = new RunnerHarness();
    await harness.runner.start();
  });
  after(() => harness.stop());

  const isCount = (output: RunnerOutput): output is Extract<RunnerOutput, { type: "stream" }> =>
    output.type === "stream" && output.text.includes("more errors");

  it("shows a hundred of a cell, and the number of the others", async () => {
    succeeded(
      await harness.run(
        "for (let n = 0; n < 5000; n++) setTimeout(() => Promise.reject(new Error('no ' + n)), 1); undefined",
      ),
    );
    const count = await harness.waitFor(isCount);
    assert.equal(count.text, "… and 4,900 more errors that nobody caught\n");
    assert.equal(harness.outputs.filter(({ type }) => type === "error").length, 100);
    harness.outputs.length = 0;
    succeeded(await harness.run("setTimeout(() => { throw new RangeError('of the next'); }, 1); undefined"));
    await pause(50);
    assert.ok(harness.outputs.some((output) => output.type === "error" && output.ename === "RangeError"));
  });
});

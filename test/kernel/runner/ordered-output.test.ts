import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { RunnerHarness } from "./harness.js";

describe("kernel/runner output", () => {
  let harness: RunnerHarness;
  before(async () => {
    harness = new RunnerHarness();
    await harness.runner.start();
  });
  after(() => harness.stop());

  it("keeps console, process.stdout, child processes and displays in order", async () => {
    harness.outputs.length = 0;
    await harness.result(`
      import { execSync, spawnSync } from "node:child_process";
      console.log("1 console");
      execSync("echo 2 child", { stdio: "inherit" });
      process.stdout.write("3 stdout\\n");
      display({ [Symbol.for("Jupyter.display")]: () => ({ "text/plain": "4 display" }) });
      console.error("5 stderr");
      spawnSync("sh", ["-c", "echo 6 child >&2"], { stdio: "inherit" });
      console.info("7 console");
    `);
    const seen = harness.outputs.map((output) =>
      output.type === "stream"
        ? `${output.name}: ${output.text}`
        : output.type === "display_data"
          ? `display: ${String(output.data["text/plain"])}\n`
          : "",
    );
    assert.deepEqual(seen.join("").trimEnd().split("\n"), [
      "stdout: 1 console",
      "stdout: 2 child",
      "stdout: 3 stdout",
      "display: 4 display",
      "stderr: 5 stderr",
      "stderr: 6 child",
      "stdout: 7 console",
    ]);
  });

  it("loses none of 1,000,000 lines", async () => {
    const text = await harness.printed("for (let i = 0; i < 1_000_000; i++) console.log(`line ${i}`);");
    const lines = text.trimEnd().split("\n");
    assert.equal(lines.length, 1_000_000);
    assert.equal(
      lines.findIndex((line, index) => line !== `line ${index}`),
      -1,
    );
  });

  it("shows what a cell prints before a busy loop, while the loop runs", async () => {
    harness.outputs.length = 0;
    const cell = harness.run(`
      console.log("first");
      console.log("second");
      for (const end = Date.now() + 1500; Date.now() < end; );
    `);
    await sleep(800);
    assert.equal(harness.text(), "first\nsecond\n");
    await cell;
  });

  it("makes the cell wait for a slow reader instead of filling memory", async () => {
    const { onOutput } = harness.runner;
    let received = 0;
    harness.runner.onOutput = async (output) => {
      await sleep(2);
      if (output.type === "stream") received += output.text.length;
    };
    await harness.run("for (let i = 0; i < 200; i++) console.log('x'.repeat(20_000));");
    harness.runner.onOutput = onOutput;
    assert.equal(received, 200 * 20_001);
  });

  it("attributes output that comes after the cell's end to that cell", async () => {
    await harness.run(`setTimeout(() => console.log("late"), 100); undefined`);
    harness.outputs.length = 0;
    await harness.run("await new Promise((resolve) => setTimeout(resolve, 300)); console.log('later')");
    const ids = harness.outputs.map((output) => output.cellId);
    assert.equal(ids.length, 2);
    assert.notEqual(ids[0], ids[1]);
    assert.equal(harness.text(), "late\nlater\n");
  });
});

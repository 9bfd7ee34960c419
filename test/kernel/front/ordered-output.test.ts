import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { RunnerHarness } from "../runner/harness.js";

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
      while (!require("node:fs").existsSync("seen"));
    `);
    while (harness.text() !== "first\nsecond\n") await sleep(5);
    harness.write("seen", "");
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
    await harness.run(`
      let open: () => void;
      const printed = new Promise<void>((resolve) => { open = resolve; }).then(() => console.log("late"));
      undefined`);
    harness.outputs.length = 0;
    await harness.run("open(); await printed; console.log('later')");
    const ids = harness.outputs.map((output) => output.cellId);
    assert.equal(ids.length, 2);
    assert.notEqual(ids[0], ids[1]);
    assert.equal(harness.text(), "late\nlater\n");
  });

  it("attributes what child processes print by inheritance to the cell that started them", async () => {
    harness.outputs.length = 0;
    await harness.run(`
      const child = require("node:child_process").spawn(
        "sh", ["-c", "read go; echo out; echo error >&2"], { stdio: ["pipe", "inherit", process.stderr] });
      [child.stdout, child.stderr, child.stdio.slice(1)];`);
    const starter = `cell-${harness.count}`;
    const result = harness.outputs.find((output) => output.type === "execute_result");
    assert.match(JSON.stringify(result?.data), /null.*null.*null.*null/);
    harness.outputs.length = 0;
    await harness.run(`
      child.stdin.end("go\\n");
      await require("node:events").once(child, "close");
      console.log("closed");`);
    const seen = harness.outputs.map(
      (output) => output.type === "stream" && `${output.cellId}: ${output.text}`,
    );
    assert.equal(seen.pop(), `cell-${harness.count}: closed\n`);
    assert.deepEqual(
      seen.toSorted((a, b) => String(a).localeCompare(String(b))),
      [`${starter}: error\n`, `${starter}: out\n`],
    );
  });

  it("loses nothing that a child process has printed while the cell kept the event loop busy", async () => {
    const text = await harness.printed(`
      const { spawn, execSync } = require("node:child_process");
      const mark = require("node:path").join(process.cwd(), "printed");
      spawn("sh", ["-c", "seq 1000; touch " + mark + "; exec sleep 30"], { stdio: "inherit" });
      while (!require("node:fs").existsSync(mark));
      undefined`);
    assert.equal(text, Array.from({ length: 1000 }, (_, index) => `${index + 1}\n`).join(""));
  });

  it("waits for a child process that inherits, but not for what that has left behind", async () => {
    harness.write("two.cjs", "console.log('two')");
    const text = await harness.printed(`
      const { fork, spawn } = require("node:child_process");
      for (const start of [() => spawn("sh", ["-c", "sleep 30 & echo one"], { stdio: "inherit" }), () => fork("./two.cjs")])
        await require("node:events").once(start(), "close");
      const failed = spawn("/nowhere", [], { stdio: "inherit" });
      console.log(await new Promise((resolve) => failed.once("error", (error) => resolve(error.code))));`);
    assert.equal(text, "one\ntwo\nENOENT\n");
  });
});

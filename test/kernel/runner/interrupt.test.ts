import assert from "node:assert/strict";
import { failed, pause, RunnerHarness } from "./harness.js";

describe("kernel/runner interrupt", function () {
  this.timeout(60_000);
  let harness: RunnerHarness;
  before(async () => {
    harness = new RunnerHarness();
    await harness.runner.start();
    await harness.run("const kept = { by: 'the runner' };");
  });
  after(() => harness.stop());

  const forms: Record<string, string> = {
    "a loop": "while (true) {}",
    "a loop after an await": "await new Promise((resolve) => setTimeout(resolve, 5)); while (true) {}",
    "a loop in a microtask": "await Promise.resolve().then(() => { while (true) {} })",
    "a loop that awaits": "while (true) await null",
    "a loop that prints": "while (true) console.log('x'.repeat(500))",
    "a pending promise": "await new Promise(() => {})",
    "a regular expression": "/^(a+)+$/.test('a'.repeat(50) + 'b')",
    "a blocking wait": "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)",
    "a child process that is waited for": "require('node:child_process').execSync('sleep 30')",
    "an unanswered question": "await input('name? ')",
  };
  for (const [name, code] of Object.entries(forms)) {
    it(`ends ${name} and keeps all state`, async () => {
      const cell = harness.run(code);
      await pause(200);
      await harness.runner.interrupt();
      assert.equal(failed(await cell).ename, "Interrupted");
      assert.equal(await harness.result("kept.by"), "'the runner'");
      assert.deepEqual(harness.replaced, []);
    });
  }

  it("is harmless when nothing runs", async () => {
    for (let i = 0; i < 20; i += 1) await harness.runner.interrupt();
    assert.equal(await harness.result("kept.by"), "'the runner'");
  });

  it("says in which line the loop was", async () => {
    const cell = harness.run("function spin() {\n  for (;;) {}\n}\nspin();");
    await pause(200);
    await harness.runner.interrupt();
    const { text } = failed(await cell);
    assert.match(text, /at spin \(cell \[\d+\]:2:\d+\)\n.*\n +> 2 \| {3}for \(;;\) \{\}/);
  });
});

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { renameSync } from "node:fs";
import type { RunnerOutput } from "../../../src/kernel/contracts.js";
import { takesAtMost } from "../takes-at-most.js";
import { failed, pause, RunnerHarness } from "../runner/harness.js";

const isStream = (output: RunnerOutput): output is Extract<RunnerOutput, { type: "stream" }> =>
  output.type === "stream";

/** Resolves when a process has ended: it is killed, but who else has to take note of that may be slow. */
async function hasEnded(pid: string | undefined): Promise<void> {
  while (isAlive(pid)) await pause(10);
}

/** Whether a process still runs; one that has ended but that nobody has waited for does not. */
function isAlive(pid: string | undefined): boolean {
  const lines = execFileSync("ps", ["-e", "-o", "pid=,stat="], { encoding: "utf8" }).split("\n");
  return lines.some((line) => new RegExp(`^\\s*${pid} +[^Z]`).test(line));
}

describe("kernel/runner process", function () {
  this.timeout(60_000);
  let harness: RunnerHarness;
  before(async () => {
    harness = new RunnerHarness();
    await harness.runner.start();
  });
  after(() => harness.stop());

  const ends: Record<string, [code: string, says: RegExp]> = {
    "process.exit(3)": ["console.log('last words'); process.exit(3)", /process\.exit\(3\) ended/],
    "process.abort()": ["console.log('last'); console.log('words'); process.abort()", /aborted/],
    "kill -9": ["process.kill(process.pid, 'SIGKILL'); await new Promise(() => {})", /was killed \(SIGKILL/],
    "code that closes what is not its own": [
      "for (let each = 3; each < 6; each += 1) require('node:fs').closeSync(each);",
      /was cut off, because its code closed/,
    ],
    "a segfault": [
      "process.kill(process.pid, 'SIGSEGV'); while (true) {}",
      /crashed in native code \(SIGSEGV\)/,
    ],
  };
  for (const [name, [code, says]] of Object.entries(ends)) {
    it(`survives ${name}: the cell says so, and a fresh process is ready within 2 s`, async () => {
      await takesAtMost(2000, async () => {
        await harness.result("const lost = 1;");
        harness.replaced.length = 0;
        const { ename, evalue, text } = failed(await harness.run(code));
        assert.equal(ename, "RunnerDied");
        assert.match(evalue, says);
        assert.match(evalue, /All variables are lost/);
        assert.match(text, says);
        assert.match(harness.replaced.join(), says);
        assert.equal(await harness.result("typeof lost"), "'undefined'");
      });
    });
  }

  it("survives running out of memory", async () => {
    const small = new RunnerHarness({ NODE_OPTIONS: "--max-old-space-size=40" });
    await small.runner.start();
    const { ename, evalue } = failed(
      await small.run("const all = []; for (;;) all.push(new Array(1e4).fill(all.length))"),
    );
    assert.equal(ename, "RunnerDied");
    assert.match(evalue, /out of memory/);
    assert.equal(await small.result("1"), "1");
    await small.stop();
  });

  it("delivers what was printed before the end", async () => {
    harness.outputs.length = 0;
    await harness.run("for (let i = 0; i < 1000; i++) console.log('line', i); process.abort()");
    assert.match(harness.text(), /line 999\n/);
  });

  it("shows of an exit what the code printed, and nothing that Node says of the kernel's debugger", async () => {
    await harness.result("let connected = true");
    harness.outputs.length = 0;
    failed(await harness.run("process.stdout.write('last words'); process.exit()"));
    assert.equal(harness.text(), "last words");
  });

  it("notices a death between two cells", async () => {
    harness.replaced.length = 0;
    await harness.result("setTimeout(() => process.exit(7), 50); undefined");
    while (harness.replaced.length === 0) await pause(10);
    assert.match(harness.replaced.join(), /process\.exit\(7\) ended/);
    assert.equal(await harness.result("1 + 1"), "2");
  });

  it("replaces a process that no interrupt can reach", async () => {
    // Native code that ignores signals: a synchronous child that does the same.
    harness.outputs.length = 0;
    const cell = harness.run(
      `require("node:child_process").execSync("trap '' INT; echo on; while :; do sleep 1; done", { stdio: "inherit" })`,
    );
    await harness.waitFor(isStream);
    await harness.runner.interrupt();
    const { ename, evalue } = failed(await cell);
    assert.equal(ename, "RunnerDied");
    assert.match(evalue, /could not be interrupted within 5 s and was killed/);
    assert.equal(await harness.result("2 + 2"), "4");
  });

  it("ends everything that it started when it shuts down", async () => {
    const other = new RunnerHarness();
    await other.runner.start();
    const pid = await other.result("require('node:child_process').spawn('sleep', ['1000']).pid");
    const own = await other.result("process.pid");
    await other.stop();
    await Promise.all([hasEnded(pid), hasEnded(own)]);
  });

  it("ends when the front process dies, whatever it is doing", async () => {
    const script = `
      import { createRunner } from ${JSON.stringify(new URL("../../../src/kernel/front/runner-process.js", import.meta.url).href)};
      const runner = createRunner({ cwd: "." });
      runner.onOutput = (output) => { if (output.type === "stream") { process.stdout.write(output.text); process.kill(process.pid, "SIGKILL"); } };
      await runner.start();
      const cell = (code) => runner.execute({ cellId: "1", executionCount: 1, code, silent: false, userExpressions: {}, allowStdin: false });
      await cell("console.log(String(process.pid)); while (true) {}");
    `;
    let pid = "";
    try {
      execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
    } catch (error) {
      pid = (error as { stdout: string }).stdout.trim();
    }
    assert.match(pid, /^\d+$/);
    await hasEnded(pid);
  });

  it("says that it cannot start again as long as the notebook's folder is away", async () => {
    const moved = new RunnerHarness();
    await moved.runner.start();
    const elsewhere = `${moved.folder}-moved`;
    renameSync(moved.folder, elsewhere);
    assert.equal(failed(await moved.run("process.exit(0)")).ename, "RunnerDied");
    assert.match(failed(await moved.run("1")).evalue, /could not be started: spawn .* ENOENT/);
    renameSync(elsewhere, moved.folder);
    assert.equal(await moved.result("1 + 1"), "2");
    await moved.stop();
  });

  it("says why it cannot start", async () => {
    const { createRunner } = await import("../../../src/kernel/front/runner-process.js");
    await assert.rejects(createRunner({ cwd: "/no/such/folder" }).start(), /could not be started: .*ENOENT/);
  });
});

import assert from "node:assert/strict";
import { RunnerHarness } from "../harness.js";

describe("kernel/runner threads", () => {
  let harness: RunnerHarness;
  before(async () => {
    harness = new RunnerHarness();
    harness.install(
      "tools",
      { main: "index.js" },
      { "index.js": "(() => { exports.twice = (n) => n * 2; })();" },
    );
    harness.write("part.ts", "export const part: number = 4;");
    harness.write(
      "thread.ts",
      "import { parentPort } from 'node:worker_threads'; import { part } from './part'; import { twice } from 'tools';\n" +
        "const answer: number = twice(part); parentPort!.postMessage(answer);",
    );
    harness.write(
      "plain.cjs",
      "require('node:worker_threads').parentPort.postMessage(require('./part').part);",
    );
    await harness.runner.start();
  });
  after(() => harness.stop());

  const answer = (make: string): Promise<string | undefined> =>
    harness.result(
      `import threads, { Worker } from "node:worker_threads"; const thread = ${make};
       await new Promise((resolve, reject) => thread.on("message", resolve).on("error", reject))`,
    );

  it("run TypeScript, with what it imports", async () => {
    assert.equal(await answer("new Worker(new URL('./thread.ts', import.meta.url))"), "8");
    assert.equal(await answer("new threads.Worker('./thread.ts')"), "8");
    assert.equal(await answer("new Worker('./plain.cjs')"), "4");
  });

  it("run others as ever", async () => {
    assert.equal(
      await answer("new Worker('require(\"worker_threads\").parentPort.postMessage(1)', { eval: true })"),
      "1",
    );
  });
});

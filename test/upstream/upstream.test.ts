import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const script = fileURLToPath(new URL("run.js", import.meta.url));
const run = (...options: string[]) => promisify(execFile)(process.execPath, [script, ...options]);

describe("TensorFlow.js's own tests", function () {
  this.timeout(300_000);

  it("of tfjs-core pass, but for those that are listed", async () => {
    const { stdout } = await run("core", "--runtime", "eager");
    assert.match(
      stdout,
      /core, eager: \d{4} passed, \d+ failed as known, 0 failed, 0 passed though listed\./,
    );
  });

  it("of tfjs-core's optimizers and gradients pass with each operation as a graph", async () => {
    const { stdout } = await run("core", "--grep", "[Oo]ptimizer|[Gg]radient");
    assert.match(
      stdout,
      /core, compiled: \d{3} passed, \d+ failed as known, 0 failed, 0 passed though listed\./,
    );
  });
});

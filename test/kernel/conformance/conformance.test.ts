import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { execa } from "execa";
import { temporaryJupyter, type TemporaryJupyter } from "../temporary-jupyter.js";

const python = process.platform === "win32" ? ".venv/Scripts/python.exe" : ".venv/bin/python";

/** Scripts are not built: they are beside this file's source. */
const script = (name: string) =>
  new URL(`../../../../test/kernel/conformance/${name}`, import.meta.url).pathname;

describe("conformance, by Python's jupyter_client", function () {
  this.timeout(120_000);
  let jupyter: TemporaryJupyter;
  before(async function () {
    assert.ok(existsSync(python), `${python} is missing: "npm test" makes it`);
    jupyter = await temporaryJupyter();
  });
  after(() => jupyter.remove());

  it("passes jupyter_kernel_test", async () => {
    const { exitCode, all } = await execa(python, [script("kernel_tests.py")], {
      env: jupyter.env,
      all: true,
      reject: false,
    });
    assert.equal(exitCode, 0, all);
    assert.match(all, /\nOK/);
    assert.doesNotMatch(all, /skipped/);
    assert.deepEqual(await jupyter.runtimeFiles(), [], "nothing is left in the runtime folder");
  });
});

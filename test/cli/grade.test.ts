import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { projectRoot } from "../../src/setup/project.js";

const cell = (source: string) => ({
  cell_type: "code",
  metadata: {},
  source,
  outputs: [],
  execution_count: null,
});
const notebook = (...sources: string[]): string =>
  JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata: {}, cells: sources.map(cell) });

describe("cli/grade", function () {
  this.timeout(60_000);
  let folder: string;
  before(() => void (folder = fs.mkdtempSync(path.join(os.tmpdir(), "manabi-grade-test-"))));
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  const grade = (...args: string[]) =>
    execa(process.execPath, [path.join(projectRoot, "bin/manabi.js"), "grade", ...args], {
      cwd: folder,
      env: { MANABI_LANG: "en" },
      reject: false,
    });

  it("runs notebooks, says which answers are right, and leaves them and their progress alone", async () => {
    fs.mkdirSync(path.join(folder, "class"));
    const anna = notebook(
      'import { check, todo } from "manabi";',
      'check("01.1", 1 / (1 + Math.exp(-2)));',
      'check("01.2", (z) => Math.tanh(z)); throw new Error("oops")',
      'check("01.3", "B"); check("01.4", todo);',
    );
    fs.writeFileSync(path.join(folder, "class", "01-anna.ipynb"), anna);
    const { stdout, stderr, exitCode } = await grade("class", "--junit", "out/grades.xml");
    assert.equal(exitCode, 1, stderr);
    assert.match(stdout, /class\/01-anna.ipynb +2 of 5 +stopped: cell 3: Error: oops/);
    assert.match(stdout, /01\.1 Read a neuron +right/);
    assert.match(stdout, /01\.2 Write the sigmoid +wrong +For 0 it gives 0; expected 0\.5/);
    assert.match(stdout, /01\.4 One step by hand +open/);
    const junit = fs.readFileSync(path.join(folder, "out/grades.xml"), "utf8");
    assert.match(
      junit,
      /<testsuite name="class\/01-anna.ipynb" tests="5" failures="1" errors="0" skipped="2">/,
    );
    assert.match(junit, /<failure type="wrong" message="For 0 it gives 0/);
    assert.equal(fs.readFileSync(path.join(folder, "class", "01-anna.ipynb"), "utf8"), anna);
    assert.deepEqual(fs.readdirSync(path.join(folder, "class")), ["01-anna.ipynb"]);
  });

  it("what is no notebook, and an empty folder, are errors before anything runs", async () => {
    fs.mkdirSync(path.join(folder, "empty"));
    for (const [name, says] of [
      ["none.ipynb", /There is no notebook none.ipynb/],
      ["empty", /no notebook in the folder empty/],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- two processes, one after the other
      const { stderr, exitCode } = await grade(name);
      assert.match(stderr, says);
      assert.equal(exitCode, 2);
    }
  });
});

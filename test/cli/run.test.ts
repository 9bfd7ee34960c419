import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Notebook } from "../../src/jobs/notebook.js";
import { projectRoot } from "../../src/setup/project.js";
import { code, notebookFile, notebookOf } from "../jobs/notebooks.js";
import { temporaryFolder } from "../setup/sandbox.js";

describe("cli/run", function () {
  this.timeout(60_000);
  const main = path.join(projectRoot, "dist/src/cli/main.js");
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [main, "run", ...args], { encoding: "utf8", cwd: folder });
  let folder: string;
  before(() => {
    folder = temporaryFolder();
  });
  const read = (file: string) => JSON.parse(fs.readFileSync(path.resolve(folder, file), "utf8")) as Notebook;

  it("runs a notebook with parameters: output, report and test cases", () => {
    const notebook = notebookFile(
      code("const epochs = 5; const flag = false", "parameters"),
      "console.log(epochs, flag)",
      "throw new Error('bad')",
    );
    const before = fs.readFileSync(notebook, "utf8");
    const { status, stderr } = run(
      notebook,
      "-p",
      "epochs=7",
      "-p",
      "flag",
      "true",
      "--out",
      "new/out.ipynb",
      "--html",
      "r.html",
      "--junit",
      "j.xml",
    );
    assert.equal(status, 1);
    assert.match(stderr, /^\[1\/4\] ok +\d+\.\d s {2}const epochs = 5; const flag = false\n\[2\/4\] ok/);
    assert.match(
      stderr,
      /\[4\/4\] FAILED .*\n\n.*note\.ipynb: code cell 4 of 4, In \[4\], id cell-22, failed:\n {4}1 \| throw new Error\('bad'\)\n\n/,
    );
    assert.match(stderr, /Error: bad\n[^]*3 of 4 cells in .* s, written to new\/out\.ipynb\n$/);
    assert.equal(fs.readFileSync(notebook, "utf8"), before);
    const out = read("new/out.ipynb");
    assert.deepEqual(out.cells[2]!.outputs![0]!["text"], ["7 true\n"]);
    const papermill = out.metadata["papermill"] as Record<string, unknown>;
    assert.deepEqual(papermill["parameters"], { epochs: 7, flag: true });
    assert.equal(papermill["exception"], true);
    assert.deepEqual(
      out.cells.map(({ metadata }) =>
        Object.entries(metadata["papermill"] as object).flatMap(([name, value]) =>
          name === "status" ? [value as unknown] : [],
        ),
      ),
      [["completed"], ["completed"], ["completed"], ["failed"]],
    );
    assert.match(fs.readFileSync(path.join(folder, "r.html"), "utf8"), /failed in code cell 4 of 4/);
    assert.match(fs.readFileSync(path.join(folder, "j.xml"), "utf8"), /tests="4" failures="1"/);
    assert.deepEqual(fs.readdirSync(path.join(folder, "new")), ["out.ipynb"]);
  });

  it("says what is wrong before anything runs", () => {
    const notebook = notebookFile(code("console.log('ran'); const epochs = 5", "parameters"));
    const refused = (message: RegExp, ...args: string[]): void => {
      const { status, stderr, stdout } = run(...args);
      assert.equal(status, 2, stderr);
      assert.match(stderr, message);
      assert.equal(stdout, "");
      assert.doesNotMatch(stderr, /\[1\/1\]/);
    };
    refused(/^There is no notebook c\.ipynb in /, "c.ipynb");
    refused(/epochs = "x": Type .*not assignable/, notebook, "-p", "epochs=x", "--out", "never.ipynb");
    assert.equal(fs.existsSync(path.join(folder, "never.ipynb")), false);
    refused(/--inplace and --out both say/, notebook, "--inplace", "--out", "x.ipynb");
    refused(/--out x\.ipynb is one file for 2 notebooks/, notebook, notebook, "--out", "x.ipynb");
    refused(/There is no folder none/, notebook, "--cwd", "none");
    fs.writeFileSync(path.join(folder, "b.ipynb"), "no JSON");
    refused(/^b\.ipynb is no notebook: it is not JSON/, "b.ipynb");
    const python = path.join(folder, "python.ipynb");
    fs.writeFileSync(
      python,
      JSON.stringify({
        ...notebookOf("1"),
        metadata: { kernelspec: { name: "python3", language: "python" } },
      }),
    );
    refused(/--param is for Manabi's kernel only/, python, "-p", "a=1");
    assert.match(run(notebook, "--timeout", "soon").stderr, /'soon' is invalid.*Expected seconds/);
  });

  it("has the options of `jupyter execute`", () => {
    const first = notebookFile("console.log(process.cwd())");
    const { status, stderr } = run(
      first,
      "--output=done",
      "--startup_timeout",
      "60",
      "--allow-errors",
      "--timeout=-1",
    );
    assert.equal(status, 0, stderr);
    const here = path.dirname(first);
    assert.deepEqual(read(path.join(here, "done.ipynb")).cells[0]!.outputs![0]!["text"], [
      `${fs.realpathSync(here)}\n`,
    ]);
    assert.equal(run(first, "--inplace", "--cwd", folder).status, 0);
    const inplace = read(first);
    assert.deepEqual(inplace.cells[0]!.outputs![0]!["text"], [`${fs.realpathSync(folder)}\n`]);
    assert.deepEqual(Object.keys(inplace.cells[0]!.metadata), ["execution"]);
    assert.equal(inplace.metadata["papermill"], undefined);
  });

  it("writes what there is while it runs, and when it is ended", async () => {
    const notebook = notebookFile(
      "console.log('first')",
      "await new Promise((resolve) => setTimeout(resolve, 60_000))",
      "3",
    );
    const out = path.join(folder, "ended.ipynb");
    const child = spawn(process.execPath, [
      main,
      "run",
      notebook,
      "--out",
      out,
      "--html",
      path.join(folder, "ended.html"),
    ]);
    const isBegun = () => fs.existsSync(out) && read(out).cells[0]!.outputs!.length > 0;
    for (let tries = 0; tries < 400 && !isBegun(); tries += 1) await pause(50);
    await pause(300);
    child.kill("SIGINT");
    const [status] = (await once(child, "exit")) as [number];
    assert.equal(status, 130);
    const papermill = read(out).cells.map(
      ({ metadata }) => (metadata["papermill"] as { status: string }).status,
    );
    assert.deepEqual(papermill, ["completed", "failed", "pending"]);
    assert.ok(fs.existsSync(path.join(folder, "ended.html")));
  });
});

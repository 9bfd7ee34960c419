import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { stripVTControlCharacters } from "node:util";
import { executeNotebook, type ExecuteOptions } from "../../src/jobs/execute-notebook.js";
import type { Notebook } from "../../src/jobs/notebook.js";
import { code, markdownCell, notebookOf, textsOf } from "./notebooks.js";

describe("jobs/execute-notebook", function () {
  this.timeout(60_000);
  const run = async (notebook: Notebook, options: Partial<ExecuteOptions> = {}): Promise<string[]> => {
    const details = await executeNotebook(notebook, { folder: tmpdir(), ...options });
    return details.map(({ state }) => state);
  };
  const texts = (notebook: Notebook): string[][] =>
    notebook.cells.map((cell) => textsOf(cell).map((text) => stripVTControlCharacters(text)));

  it("runs cells in order, numbers those that run, and gathers what they put out", async () => {
    const notebook = notebookOf(
      markdownCell("# Title"),
      code("const a = 20 as number;\nconsole.log('hello')"),
      code("  \n"),
      code("throw 1", "skip-execution"),
      code("throw 2", "own"),
      code("%diagnostics on"),
      "a + 1",
    );
    notebook.cells[6]!.outputs = [{ output_type: "stream", name: "stdout", text: "old" }];
    const states = await run(notebook, { skipTag: "own" });
    assert.deepEqual(states, ["done", "skipped", "skipped", "skipped", "done", "done"]);
    assert.deepEqual(texts(notebook).slice(1), [
      ["hello\n"],
      [],
      [],
      [],
      ["Type errors are shown.\n"],
      ["21"],
    ]);
    assert.deepEqual(
      notebook.cells.slice(1).map((cell) => cell.execution_count),
      [1, null, null, null, 2, 3],
    );
  });

  it("stops at an error, unless it is expected or the run goes on", async () => {
    const cells = () =>
      notebookOf(code("throw new Error('wanted')", "raises-exception"), "throw new Error('bad')", "1");
    const stopped = cells();
    assert.deepEqual(await run(stopped), ["done", "failed", "pending"]);
    assert.deepEqual(texts(stopped), [["wanted"], ["bad"], []]);
    const gone = cells();
    assert.deepEqual(await run(gone, { keepGoing: true }), ["done", "failed", "done"]);
  });

  it("shows type errors above what a cell puts out, and does not run such cells in strict mode", async () => {
    const cells = () => notebookOf("const n: number = 'x'; console.log(n)", "undefinedName");
    const usual = cells();
    assert.deepEqual(await run(usual), ["done", "failed"]);
    const [first, second] = texts(usual);
    assert.match(
      first![0]!,
      /^Cell \[1\], line 1:7 - error TS2322: Type 'string' is not assignable to type 'number'\./,
    );
    assert.equal(first![1], "x\n");
    // What the error itself says is said once.
    assert.deepEqual(second, ["undefinedName is not defined"]);
    assert.deepEqual(await run(cells(), { strict: true }), ["failed", "pending"]);
  });

  it("ends a cell that takes too long, and says which time it had", async () => {
    const notebook = notebookOf("const kept = 1; for (;;) {}", "kept");
    assert.deepEqual(await run(notebook, { timeout: 0.5, keepGoing: true }), ["failed", "done"]);
    assert.match(texts(notebook)[0]![0]!, /took longer than 0\.5 s, the time that --timeout gives it/);
    assert.deepEqual(texts(notebook)[1], ["1"]);
  });

  it("is ended by its signal", async () => {
    const controller = new AbortController();
    const notebook = notebookOf(
      "console.log('begun'); await new Promise((resolve) => setTimeout(resolve, 60_000))",
      "1",
    );
    const states = await run(notebook, { signal: controller.signal, onOutput: () => controller.abort() });
    assert.deepEqual(states, ["interrupted", "pending"]);
    assert.equal(texts(notebook)[0]![0], "begun\n");
  });

  it("survives the death of the process, and counts errors that come late", async () => {
    const dead = notebookOf(code("process.exit(3)", "raises-exception"), "1");
    assert.deepEqual(await run(dead), ["failed", "pending"]);
    const late = notebookOf(
      "void Promise.reject(new Error('late'))",
      "await new Promise((r) => setTimeout(r, 100))",
    );
    assert.deepEqual(await run(late), ["failed", "done"]);
    assert.match(texts(late)[0]!.join(), /late/);
  });

  it("redraws displays of earlier cells, and answers questions with nothing", async () => {
    const notebook = notebookOf(
      "const host = globalThis[Symbol.for('Jupyter.host')]; host.display({ 'text/plain': 'old' }, { displayId: 'd' });",
      "host.display({ 'text/plain': 'new' }, { displayId: 'd', update: true });",
      code("import { createInterface } from 'node:readline/promises'; prompt('name?')", "raises-exception"),
    );
    assert.deepEqual(await run(notebook), ["done", "done", "done"]);
    assert.equal(texts(notebook)[0]!.at(-1), "new");
  });

  it("says why nothing could be run", async () => {
    await assert.rejects(
      executeNotebook(notebookOf("1"), { folder: "/no/such/folder" }),
      /^JobError: The process that runs the cells did not start/,
    );
    const prepare = () => Promise.reject(new Error("not prepared"));
    await assert.rejects(
      executeNotebook(notebookOf("1"), { folder: tmpdir(), prepare }),
      /^Error: not prepared/,
    );
  });
});

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { installTslab } from "../../src/cli/install.js";
import { projectAt, projectRoot } from "../../src/setup/project.js";
import { lessons, problemsOf } from "./expectations.js";
import { executeNotebook, mimeTypes, notebookFolder, type NotebookFile } from "./notebook.js";

const parse = (text: string): NotebookFile => JSON.parse(text) as NotebookFile;

describe("lessons", function () {
  this.timeout(300_000);

  it("are all checked, and committed with outputs that reach their figures", async () => {
    const files = (await readdir(notebookFolder)).filter((file) => file.endsWith(".ipynb"));
    assert.deepEqual(
      files.toSorted(),
      lessons.map((name) => `${name}.ipynb`),
    );
    for (const name of lessons) {
      const notebook = parse(await readFile(join(notebookFolder, `${name}.ipynb`), "utf8"));
      assert.deepEqual(problemsOf(name, notebook), [], name);
    }
  });

  for (const name of ["00-welcome", "01-and-gate", "02-functional-api"]) {
    it(`${name} runs from a clean kernel`, async () => {
      const notebook = parse(await executeNotebook(name));
      assert.deepEqual(problemsOf(name, notebook), []);
      const types = mimeTypes(notebook);
      for (const type of ["application/vnd.plotly.v1+json", "image/svg+xml"])
        assert.ok(types.has(type), type);
    });
  }

  for (const name of ["03-mnist-mlp", "04-mnist-cnn"]) {
    it(`${name} runs with one epoch`, async () => {
      assert.deepEqual(
        problemsOf(name, parse(await executeNotebook(name, { epochs: 1 })), { epochs: 1 }),
        [],
      );
    });
  }

  for (const name of ["01-and-gate", "02-functional-api"]) {
    it(`${name} runs unchanged on the upstream tslab kernel`, async () => {
      await installTslab(projectAt(projectRoot));
      const notebook = parse(await executeNotebook(name, { kernel: "tslab" }));
      assert.deepEqual(problemsOf(name, notebook), []);
      assert.ok(mimeTypes(notebook).has("image/svg+xml"), "figures show on tslab, too");
    });
  }
});

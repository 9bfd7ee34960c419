import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { installTslab } from "../../src/cli/install.js";
import { exercisesOf } from "../../src/lessons/catalog.js";
import { projectAt, projectRoot } from "../../src/setup/project.js";
import { lessons, problemsOf, shortForm } from "./expectations.js";
import { executeNotebook, mimeTypes, notebookFolder, type NotebookFile } from "./notebook.js";

const parse = (text: string): NotebookFile => JSON.parse(text) as NotebookFile;

describe("lessons", function () {
  this.timeout(300_000);

  it("are all checked, and committed with outputs that reach their figures", async () => {
    const files = (await readdir(notebookFolder)).filter((file) => /^\d.*\.ipynb$/.test(file));
    assert.deepEqual(
      files.toSorted(),
      lessons.map((name) => `${name}.ipynb`),
    );
    for (const name of lessons) {
      const notebook = parse(await readFile(join(notebookFolder, `${name}.ipynb`), "utf8"));
      assert.deepEqual(problemsOf(name, notebook), [], name);
    }
  });

  it("are all on the map, each with its picture", async () => {
    const map = await readFile(join(notebookFolder, "index.ipynb"), "utf8");
    const pictures = await readdir(join(notebookFolder, "images"));
    for (const name of lessons) {
      assert.ok(map.includes(`(${name}.ipynb)`), name);
      assert.ok(map.includes(`images/${name}.svg`) && pictures.includes(`${name}.svg`), name);
    }
  });

  it("have their exercises, each with a place for the answer", async () => {
    for (const name of lessons) {
      const { cells } = parse(await readFile(join(notebookFolder, `${name}.ipynb`), "utf8"));
      const code = cells.flatMap(({ cell_type: type, source }) =>
        type === "code" ? [[source].flat().join("")] : [],
      );
      for (const id of exercisesOf(name.slice(0, 2))) {
        assert.ok(code.includes(`exercise("${id}");`), id);
        assert.ok(code.includes(`check("${id}", todo);`), id);
      }
    }
  });

  for (const name of lessons) {
    const parameters = shortForm(name);
    it(`${name} runs from a clean kernel${parameters ? ", in short" : ""}`, async () => {
      const notebook = parse(await executeNotebook(name, { parameters }));
      assert.deepEqual(problemsOf(name, notebook, { isShort: parameters !== undefined }), []);
      const types = mimeTypes(notebook);
      for (const type of ["application/vnd.plotly.v1+json", "image/svg+xml"])
        assert.ok(types.has(type), type);
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

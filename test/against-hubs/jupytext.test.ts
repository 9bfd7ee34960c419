import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fromPercent, toPercent } from "../../src/jobs/convert/percent-format.js";
import { readNotebook, type Notebook } from "../../src/jobs/notebook.js";
import { code, markdownCell, notebookOf } from "../jobs/notebooks.js";
import { temporaryFolder } from "../setup/sandbox.js";
import { programs, write } from "./servers.js";

describe("jupytext", function () {
  this.timeout(180_000);
  const jupytext = (...args: string[]): void => {
    const { status, stderr } = spawnSync(path.join(programs, "jupytext"), args, { encoding: "utf8" });
    assert.equal(status, 0, stderr);
  };
  const content = ({ cells }: Notebook) => cells.map(({ cell_type: type, source }) => [type, source]);
  const notebooks = (): [string, Notebook][] => [
    ...fs
      .readdirSync("notebooks")
      .filter((name) => /^0[02]-.*\.ipynb$/.test(name))
      .map((name): [string, Notebook] => [name, readNotebook(path.join("notebooks", name))]),
    [
      "made",
      notebookOf(
        code("%%writefile a.txt\nhello"),
        code("%time f()\nconst a = 1;", "parameters"),
        markdownCell("a\n\n- b"),
        { ...code("raw"), cell_type: "raw" },
      ),
    ],
  ];

  it("reads what we write", () => {
    const folder = temporaryFolder();
    for (const [name, notebook] of notebooks()) {
      const script = write(folder, "a.ts", toPercent(notebook));
      jupytext("--to", "ipynb", "-o", path.join(folder, "a.ipynb"), script);
      const read = readNotebook(path.join(folder, "a.ipynb"));
      assert.deepEqual(content(read), content(notebook), name);
      assert.deepEqual(read.metadata.kernelspec, notebook.metadata.kernelspec);
      assert.deepEqual(
        read.cells.map(({ metadata }) => metadata.tags),
        notebook.cells.map(({ metadata }) => metadata.tags),
      );
    }
  });

  it("writes what we read", () => {
    const folder = temporaryFolder();
    for (const [name, notebook] of notebooks()) {
      const metadata = {
        ...notebook.metadata,
        kernelspec: { name: "manabi", display_name: "TypeScript (Manabi)", language: "typescript" },
      };
      write(folder, "a.ipynb", JSON.stringify({ ...notebook, metadata }));
      const script = path.join(folder, "a.ts");
      jupytext("--to", "ts:percent", "-o", script, path.join(folder, "a.ipynb"));
      assert.deepEqual(
        content(fromPercent(fs.readFileSync(script, "utf8"), "a.ts")),
        content(notebook),
        name,
      );
    }
  });
});

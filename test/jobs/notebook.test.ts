import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { notebookText, parseNotebook, readNotebook } from "../../src/jobs/notebook.js";
import { temporaryFolder } from "../setup/sandbox.js";

describe("jobs/notebook", () => {
  it("writes what it has read as Jupyter has written it", () => {
    for (const name of fs.readdirSync("notebooks").filter((each) => each.endsWith(".ipynb"))) {
      const text = fs.readFileSync(path.join("notebooks", name), "utf8");
      // Python and JavaScript write small numbers differently.
      const alike = (each: string): string =>
        each.replace(/\b\d+(\.\d+)?(e-\d+)?\b/g, (number) => String(Number(number)));
      assert.equal(alike(notebookText(parseNotebook(text, name))), alike(text), name);
    }
  });

  it("joins lines, and keeps what it does not know", () => {
    const file = {
      cells: [
        {
          cell_type: "code",
          source: ["a\n", "b"],
          own: 1,
          outputs: [
            { output_type: "stream", name: "stdout", text: ["x\n", "y"] },
            { output_type: "display_data", data: { "text/html": ["<b>", "c"], "a/b+json": ["kept"] } },
          ],
        },
      ],
      metadata: { own: true },
      nbformat: 4,
      nbformat_minor: 2,
      also: 1,
    };
    const { cells, ...rest } = parseNotebook(`\uFEFF${JSON.stringify(file)}`, "x");
    assert.deepEqual(rest, { metadata: { own: true }, nbformat: 4, nbformat_minor: 2, also: 1 });
    assert.equal(cells[0]!.source, "a\nb");
    assert.equal(Reflect.get(cells[0]!, "own"), 1);
    assert.equal(cells[0]!.outputs![0]!["text"], "x\ny");
    assert.deepEqual(cells[0]!.outputs![1]!["data"], { "text/html": "<b>c", "a/b+json": ["kept"] });
  });

  it("says what is wrong with a file", () => {
    assert.throws(
      () => parseNotebook("no JSON", "b.ipynb"),
      /^JobError: b\.ipynb is no notebook: it is not JSON/,
    );
    assert.throws(() => parseNotebook("[]", "b.ipynb"), /it has no list of cells/);
    assert.throws(() => parseNotebook('{"worksheets": []}', "b.ipynb"), /version 3/);
    const cell = (each: unknown) => () => parseNotebook(JSON.stringify({ cells: [each] }), "b.ipynb");
    assert.throws(cell(null), /b\.ipynb, cell 1 is none: its cell_type is undefined/);
    assert.throws(cell({ cell_type: "heading" }), /"heading", not code, markdown or raw/);
    assert.throws(cell({ cell_type: "code", source: 1 }), /no source that is text/);
    const folder = temporaryFolder();
    assert.throws(() => readNotebook(path.join(folder, "c.ipynb")), /There is no notebook c\.ipynb in /);
    assert.throws(() => readNotebook(folder), /is a folder; a notebook/);
  });
});

import assert from "node:assert/strict";
import { CheckedNotebook } from "./checked-notebook.js";

const rows = JSON.stringify(Array.from({ length: 30_000 }, (_, id) => ({ id, name: `row ${id}` })));

describe("large JSON files", function () {
  this.timeout(60_000);
  let notebook: CheckedNotebook;
  before(() => {
    notebook = new CheckedNotebook({
      "data/rows.json": rows,
      "few.json": '[{ "id": 1 }]',
      "rows.json": '{ "a": 1 }',
    });
  });
  after(() => notebook.close());

  for (const cell of [
    "import rows from './data/rows.json'; rows.any.thing",
    "import rows from './data/rows.json' with { type: 'json' }; rows.any.thing",
    "import * as all from './data/rows.json'; all.any.thing",
    "import { id } from './data/rows.json'; id.thing",
    "const { default: data } = await import('./data/rows.json'); data.any.thing",
  ]) {
    it(`have the type any, and say so: ${cell}`, () => {
      const { diagnostics } = notebook.language.check(cell);
      assert.deepEqual(
        diagnostics.map(({ message }) => message),
        ["./data/rows.json (0.9 MB) has the type any: TypeScript would take long to read it."],
      );
    });
  }

  it("leave others as they are, and missing ones missing", () => {
    assert.deepEqual(notebook.check("import few from './few.json'; few[0].foo"), ["2339 1:38 foo"]);
    assert.deepEqual(notebook.check("import small from './rows.json'; small.foo"), ["2339 1:40 foo"]);
    assert.deepEqual(notebook.check("import none from './none.json'"), ["2307 1:18 './none.json'"]);
  });
});

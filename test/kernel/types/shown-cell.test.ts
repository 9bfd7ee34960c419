import assert from "node:assert/strict";
import { CheckedNotebook } from "./checked-notebook.js";

const rows = JSON.stringify(Array.from({ length: 30_000 }, (_, id) => ({ id, name: `row ${id}` })));

describe("what the checker is shown of a cell", function () {
  this.timeout(60_000);
  let notebook: CheckedNotebook;
  before(() => (notebook = new CheckedNotebook()));
  beforeEach(() => notebook.language.reset());
  after(() => notebook.close());

  it("lacks large data, which has the type any", () => {
    const cell = `const rows = ${rows}, more: string = 5;\nrows[0].any.thing; more.foo`;
    assert.deepEqual(notebook.check(cell), [
      "0 1:1 ",
      `2322 1:${cell.indexOf("more") + 1} more`,
      "2339 2:25 foo",
    ]);
    assert.deepEqual(notebook.check("rows.whatever; more.foo"), ["2339 1:21 foo"]);
  });

  it("is nothing of code that is too large; its names have the type any", () => {
    const cell = `let text = "a";\n${"text += 'b';\n".repeat(50_000)}`;
    assert.match(notebook.notices(cell).join(), /0\.7 MB/);
    assert.deepEqual(notebook.check("text.anything"), []);
    assert.deepEqual(notebook.language.completions(`${cell}text.`, cell.length + 5), []);
  });
});

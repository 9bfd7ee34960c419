import assert from "node:assert/strict";
import { CheckedNotebook } from "./checked-notebook.js";

describe("the disk as the checker knows it", function () {
  this.timeout(60_000);
  let notebook: CheckedNotebook;
  before(() => (notebook = new CheckedNotebook()));
  after(() => notebook.close());

  it("has packages that were installed after their import failed", () => {
    const cell = "import { late } from 'late-package'; late.foo";
    assert.deepEqual(notebook.check(cell), ["2307 1:22 'late-package'"]);
    notebook.install("late-package", { "index.d.ts": "export const late: number;" });
    assert.deepEqual(notebook.check("%npm install late-package"), []);
    assert.deepEqual(notebook.check(cell), ["2339 1:43 foo"]);
  });

  it("has types that were installed after their package", () => {
    const cell = "import { plain } from 'plain-package'; plain.foo";
    notebook.write(
      "node_modules/plain-package/package.json",
      '{ "name": "plain-package", "main": "index.js" }',
    );
    notebook.write("node_modules/plain-package/index.js", "exports.plain = 1;");
    const before = notebook.check(cell);
    notebook.install("@types/plain-package", { "index.d.ts": "export const plain: string;" });
    assert.deepEqual(notebook.check(cell), ["2339 1:46 foo"]);
    assert.deepEqual(before, []);
  });

  it("is not what a cell finds wrong that installs packages itself", () => {
    assert.deepEqual(
      notebook.check("%npm install another-package\nimport a from 'another-package'; a.b"),
      [],
    );
    assert.deepEqual(notebook.check("!pnpm add another-package\nimport a from 'another-package'; a.b"), []);
    assert.deepEqual(notebook.check("import a from 'another-package'"), ["2307 1:15 'another-package'"]);
  });

  it("has files that were written after their import failed, whatever was imported meanwhile", () => {
    assert.deepEqual(notebook.check("import { later } from './later'"), ["2307 1:23 './later'"]);
    assert.deepEqual(notebook.check("import path from 'node:path'"), []);
    notebook.write("later.ts", "export const later = 1;");
    assert.deepEqual(notebook.check("import { later } from './later'; later.foo"), ["2339 1:40 foo"]);
  });

  it("has files under URLs with a version", () => {
    notebook.write("shape.ts", "export const sides = 3;");
    for (const version of ["?v=1", "?v=2", "#again"]) {
      assert.deepEqual(
        notebook
          .check(`import { sides } from "./shape.ts${version}"; sides.foo`)
          .map((each) => each.slice(0, 4)),
        ["2339"],
      );
    }
  });
});

import assert from "node:assert/strict";
import { CheckedNotebook } from "./checked-notebook.js";

describe("findings", function () {
  this.timeout(60_000);
  let notebook: CheckedNotebook;
  before(() => (notebook = new CheckedNotebook()));
  beforeEach(() => notebook.language.reset());
  after(() => notebook.close());

  for (const comment of ["// @ts-nocheck", "\n/* about */\n// other\n//@ts-nocheck because"]) {
    it(`are left out by ${JSON.stringify(comment)}`, () => {
      assert.deepEqual(notebook.check(`${comment}\nconst n: number = 'x'`), []);
      assert.deepEqual(notebook.check("n.foo"), ["2339 1:3 foo"]);
      assert.deepEqual(notebook.check("n.foo // @ts-nocheck"), ["2339 1:3 foo"]);
    });
  }

  it("demand no annotations in local modules", () => {
    notebook.write("loose.ts", "export function f(a, b = {}) { return a[b.foo]; }\n");
    assert.deepEqual(notebook.check("import { f } from './loose'; f(1)"), ["2339 1:19 './loose'"]);
  });

  it("are none about what a cell puts into the global object", () => {
    assert.deepEqual(notebook.check("global.one = 1; globalThis.two = one; two"), []);
    assert.deepEqual(notebook.check("one + two + global.one"), []);
  });

  it("say where an unknown name can be imported from", () => {
    const advice = (cell: string) => notebook.notices(cell).join("\n");
    assert.match(advice("imageGrid([])"), /import { imageGrid } from "manabi";/);
    assert.match(advice("readFileSync('x')"), /import { readFileSync } from "node:fs";/);
    assert.equal(advice("noSuchName"), "");
    assert.match(advice("1;\n!prog.bin"), /!prog\.bin was read as JavaScript.*!\.\/prog\.bin/);
  });

  it("say that an object of a class has no numbered elements, and how to read one", () => {
    notebook.check("class List { at(i: number) { return i } } const list = new List(), open = {}, i = 1");
    assert.deepEqual(notebook.check("open[0]; open[i]; open['x']; list[0]"), ["0 1:1 ", "7053 1:30 list[0]"]);
    assert.deepEqual(notebook.notices("list[i]"), ["list[i] is undefined. An element is read by list.at(i)"]);
  });

  it("know import.meta, modules and their exports", () => {
    assert.deepEqual(notebook.check("import.meta.resolve('x'); module.exports = {}; exports.a = 1"), []);
  });
});

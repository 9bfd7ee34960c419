import assert from "node:assert/strict";
import { saysJavaScript } from "../../../src/kernel/types/notebook-language.js";
import { CheckedNotebook } from "./checked-notebook.js";

describe("a notebook's language", function () {
  this.timeout(60_000);
  const written = (metadata: object) => JSON.stringify({ cells: [], metadata });
  const notebook = new CheckedNotebook({
    "js.ipynb": written({ kernelspec: { name: "javascript", language: "javascript" } }),
    "saved.ipynb": written({ language_info: { name: "javascript" } }),
    "ts.ipynb": written({ language_info: { name: "typescript" } }),
    "broken.ipynb": "{",
  });
  const { folder } = notebook;
  after(() => {
    delete process.env.JPY_SESSION_NAME;
    notebook.close();
  });

  it("is what its metadata say", () => {
    for (const [session, is] of [
      ["js.ipynb", true],
      [`${folder}/saved.ipynb`, true],
      ["sub/folder/ts.ipynb", false],
      ["broken.ipynb", false],
      ["none.ipynb", false],
      ["console-1", false],
    ] as const)
      assert.equal(saysJavaScript(folder, session), is, session);
  });

  it("is JavaScript if types are in comments, as long as there is no TypeScript", () => {
    const plain = new CheckedNotebook();
    assert.deepEqual(plain.check("const o = {}; o.a = 1"), ["2339 1:17 a"]);
    const cell = "/** @param {string} a\n * @param {number=} b */\nfunction f(a, b) { return a + b }\nf(1)";
    assert.deepEqual(plain.check(cell), []);
    assert.deepEqual(plain.check("f(1); o.b = 2"), []);
    assert.deepEqual(plain.check("let n: number = 'x'; o.b"), ["2322 1:5 n", "2339 1:24 b"]);
    assert.deepEqual(plain.check("o.b"), ["2339 1:3 b"]);
    plain.close();
  });

  it("decides what is wrong with it", () => {
    process.env.JPY_SESSION_NAME = "js.ipynb";
    assert.deepEqual(
      notebook.check("const o = {}; o.a = 1; function f(a, b) {} f(1); o.b.c; unknownName"),
      [],
    );
    assert.deepEqual(notebook.check("import { a } from './none'"), ["2307 1:19 './none'"]);
    assert.deepEqual(notebook.check("let a = ;"), ["1000 1:9 ;"]);
  });
});

import assert from "node:assert/strict";
import { isJavaScriptNotebook } from "../../../src/kernel/types/notebook-language.js";
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
      assert.equal(isJavaScriptNotebook(folder, session), is, session);
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

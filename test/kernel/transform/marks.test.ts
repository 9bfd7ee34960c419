import assert from "node:assert/strict";
import { withoutAdditions, withoutInternalNames } from "../../../src/kernel/transform/marks.js";
import { stoppableModule } from "../../../src/kernel/transform/stoppable.js";
import { Notebook } from "./notebook.js";

/** What shows of a function in `String(f)`, without white space. */
function textOf(value: unknown): string {
  return withoutAdditions(Function.prototype.toString.call(value)).replace(/\s+/g, " ");
}

describe("marks", () => {
  let notebook: Notebook;
  beforeEach(() => (notebook = new Notebook()));
  afterEach(() => notebook.close());

  for (const text of [
    "function named(a) { return a; }",
    "async function waits() { try { return await 1; } catch { for await (const a of []) { a(); } } }",
    "async () => await 1",
    "() => import.meta",
    "() => process",
    "() => fetch()",
    "() => ({ process, URL: process.URL })",
    "() => { for (process of []) process++; }",
    "() => import(process)",
  ]) {
    it(`are not seen in ${text}`, async () => {
      await notebook.run("let process = 1; function fetch() {}");
      assert.equal(textOf(await notebook.run(text.startsWith("(") ? text : `const f = ${text}; f`)), text);
      await notebook.run(`export default ${text}`);
      const name = /function (\w+)/.exec(text)?.[1];
      if (name) assert.equal(textOf(await notebook.run(`${text}\n${name}`)), text);
    });
  }

  it("are not seen in functions of local modules", () => {
    const text = "export const f = async () => { await 1; };\n";
    const { code } = stoppableModule("a.js", text);
    assert.match(code, /__stopIfInterrupted\(/);
    assert.equal(withoutAdditions(code).slice(0, text.length), text);
  });

  it("leave messages of JavaScript that say what the user wrote", async () => {
    await notebook.run("let fetch = 1");
    for (const [cell, message] of [
      ["fetch()", "fetch is not a function"],
      ["(() => fetch.a.b)()", "Cannot read properties of undefined (reading 'b')"],
      ["new fetch()", "fetch is not a constructor"],
      ["(await 1)()", "(intermediate value) is not a function"],
      ["import.meta.a()", "import.meta.a is not a function"],
    ] as const) {
      await assert.rejects(notebook.run(cell), (error: Error) => {
        assert.equal(withoutInternalNames(error.message), message);
        return true;
      });
    }
  });
});

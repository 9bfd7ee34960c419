import assert from "node:assert/strict";
import { codeWithoutMagics, findMagics } from "../../../src/kernel/transform/magic-syntax.js";
import { transformCell } from "../../../src/kernel/transform/transform.js";
import { Notebook } from "./notebook.js";

describe("findMagics", () => {
  const lines: [cell: string, ...found: string[]][] = [
    ["!ls -la", "! ls -la"],
    ["const a = 1\n!./run.sh --x && echo\n  !echo hi\na", "! ./run.sh --x && echo", "! echo hi"],
    ["%who\n%time f(1)", "%who ", "%time f(1)"],
    ["%npm install a b\nimport a from 'a'", "%npm install a b"],
    ["!done.value"],
    ["!isReady()"],
    ["!a === b"],
    ["! spaced"],
    ["!ls; pwd", "! ls; pwd"],
    ["!python3.11 --version", "! python3.11 --version"],
    ["!test.sh", "! test.sh"],
    ["!test.sh --all > log.txt", "! test.sh --all > log.txt"],
    ["!git.exe status", "! git.exe status"],
    ["!echo (a", "! echo (a"],
    ["!done;"],
    ["!done ? 1 : 2"],
    ["!rows.some((row) => {\n  return row.a;\n})"],
    ["!config.sh === true"],
    ["!a.b && c"],
    ["const text = `\n%time x\n!ls\n`"],
    ["f(\n!ls\n)"],
    ["const r = a\n  % b"],
    ["%unknown x"],
    ["/*\n!ls\n*/"],
    ["1 % 2"],
  ];
  for (const [cell, ...found] of lines) {
    it(`finds ${found.length} in ${JSON.stringify(cell)}`, () =>
      assert.deepEqual(
        findMagics(cell).lines.map(({ name, argument }) => `${name} ${argument}`),
        found,
      ));
  }

  it("finds the magic of a whole cell", () => {
    const { cell } = findMagics("%%writefile -a x.txt\n%time\n!ls");
    assert.deepEqual([cell?.name, cell?.argument, cell?.bodyStart], ["%%writefile", "-a x.txt", 21]);
  });

  it("finds the marks of tslab's cells that do not run in the notebook", () => {
    const { cell } = findMagics("/** @module lib/shapes */\nexport const a = 1;\n!ls");
    assert.deepEqual([cell?.name, cell?.argument, cell?.bodyStart], ["@module", "lib/shapes", 0]);
    assert.equal(findMagics("\n/**\n * @browser\n */\nalert(1)").cell?.name, "@browser");
    for (const code of ["// @module a", "/** The @module tag. */", "f();\n/** @module a */"])
      assert.equal(findMagics(code).cell, undefined);
  });

  const questions: [cell: string, ...found: string[]][] = [
    ["import { a } from 'b';\na?", "a?"],
    ["let a = 1\n  a.b.c??;\n?a", "a.b.c??", "?a"],
    ["const b = a ?\n  1 : 2"],
    ["a?\n  1 : 2"],
    ["`\nReally?\n`"],
    ["f(\na?\n)"],
  ];
  for (const [cell, ...found] of questions) {
    it(`finds ${found.length} questions in ${JSON.stringify(cell)}`, () =>
      assert.deepEqual(
        findMagics(cell).questions.map(({ text }) => text),
        found,
      ));
  }

  it("leaves code at its place", () => {
    assert.equal(codeWithoutMagics("let a;\na?"), "let a;\na ");
    assert.equal(codeWithoutMagics("!ls\n%time f(1)\na"), "   \n      f(1)\na");
    assert.equal(codeWithoutMagics("%%time\na"), "      \na");
    assert.equal(codeWithoutMagics("%%html\n<b>"), undefined);
  });
});

describe("transformCell with magics", () => {
  const calls: unknown[][] = [];
  let notebook: Notebook;
  beforeEach(() => {
    calls.length = 0;
    notebook = new Notebook({}, async (name, argument, body) => {
      calls.push([
        name,
        typeof argument === "function" ? await argument() : argument,
        typeof body === "function" ? await body() : body,
      ]);
      return name === "%time" ? calls.at(-1)?.[1] : undefined;
    });
  });
  afterEach(() => notebook.close());

  it("passes text as it stands", async () => {
    await notebook.run('!echo "a" `b`\n%help time\nlet x = 1');
    assert.deepEqual(calls, [
      ["!", 'echo "a" `b`', undefined],
      ["%help", "time", undefined],
    ]);
    calls.length = 0;
    await notebook.run("%%html\n<b>\n`${x}`");
    assert.deepEqual(calls, [["%%html", "", "<b>\n`${x}`"]]);
  });

  it("passes code as a function that sees and declares the notebook's names", async () => {
    await notebook.run("let x = 1");
    assert.equal(await notebook.run("%time x + 1;"), 2);
    assert.equal(await notebook.run("%time const y: number = await Promise.resolve(x + 2)\ny"), 3);
    await notebook.run("%timeit for (let i = 0; i < 3; i++) x += i");
    assert.equal(await notebook.run("x"), 4);
  });

  it("passes the rest of a cell as a function", async () => {
    await notebook.run("%%time\nconst z = await Promise.resolve(5);\nz");
    assert.deepEqual(calls, [["%%time", "", { value: 5 }]]);
    assert.equal(await notebook.run("z"), 5);
  });

  it("keeps the places of errors", () => {
    assert.throws(() => transformCell("!ls\n%time f()\nlet a: = 1", { fileName: "c.ts" }), {
      line: 3,
      column: 8,
    });
    assert.throws(() => transformCell("%%time\nlet a: = 1", { fileName: "c.ts" }), { line: 2, column: 8 });
  });

  it("says that there is no such magic where parsing fails", () => {
    const message = "There is no magic %tiem. %help lists those that there are.";
    assert.throws(() => transformCell("%tiem 1 + 1", { fileName: "c.ts" }), { message, line: 1 });
    assert.throws(() => transformCell("f()\n%tiem 1 + 1", { fileName: "c.ts" }), { message, line: 2 });
    assert.throws(() => transformCell("f() % = 1", { fileName: "c.ts" }), /Unexpected token/);
  });
});

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCompilerSettings } from "../../../src/kernel/transform/compiler-settings.js";
import { CellSyntaxError } from "../../../src/kernel/transform/syntax-error.js";
import { transformCell } from "../../../src/kernel/transform/transform.js";
import { Notebook } from "./notebook.js";

const counter = `data:text/javascript,export let count = 0; export function step() { count++ } export default () => count * 2`;

/** Each row: cells that run one after the other, and the results that they must have. */
const table: Record<string, [cell: string, result: unknown][]> = {
  "values of last expressions": [
    ["1 + 1", 2],
    ["1 + 1;", 2],
    ["'hello'", "hello"],
    ["let one = 1", undefined],
    ["one = 2", 2],
    ["function f() {}", undefined],
    ["if (true) 5", undefined],
    ["export default 42", 42],
    ["3; // a comment", 3],
    ["interface Shape { sides: number }", undefined],
    ["#!/usr/bin/env node\n5", 5],
    ["", undefined],
  ],
  "object literals": [
    ["{ a: 1, b: [2] }", { a: 1, b: [2] }],
    ["{ let block = 3; }", undefined],
    ["{}", {}],
    ["// note\n({ a: 1 })", { a: 1 }],
  ],
  "declarations of every kind, seen by later cells": [
    ["let a = 1; const b = 2; var c = 3; function d() { return 4 } class E { five = 5 }", undefined],
    ["enum F { Six = 6 } namespace G { export const seven = 7 } export const h = 8;", undefined],
    ["[a, b, c, d(), new E().five, F.Six, G.seven, h]", [1, 2, 3, 4, 5, 6, 7, 8]],
    ["[typeof d.name, d.name, E.name]", ["string", "d", "E"]],
  ],
  "redeclaring across kinds": [
    ["let x = 1", undefined],
    ["const x = 2; x", 2],
    ["function x() { return 3 } x()", 3],
    ["class x { static four = 4 } x.four", 4],
    ["enum x { Five = 5 } x.Five", 5],
    ["var x: any = 6; x", 6],
    ["import { sep as x } from 'node:path'; typeof x", "string"],
    ["let x; x", undefined],
  ],
  "closures of earlier cells see the live value": [
    ["let rate = 1; const read = () => rate; function write(value: number) { rate = value }", undefined],
    ["rate = 2; read()", 2],
    ["let rate = 3; read()", 3],
    ["write(4); rate", 4],
  ],
  "functions find names that are declared later": [
    ["function main() { return helper() }", undefined],
    ["function helper() { return 'late' }", undefined],
    ["main()", "late"],
    ["helper = () => 'later'; main()", "later"],
  ],
  "a function may replace itself": [
    ["function once() { once = () => 2; return 1 }", undefined],
    ["[once(), once()]", [1, 2]],
  ],
  hoisting: [
    ["const early = later(); function later() { return 1 } early", 1],
    ["const s = join('a', 'b'); import { join } from 'node:path/posix'; s", "a/b"],
  ],
  destructuring: [
    [
      "let { a, b: [c, d = 4], ...rest } = { a: 1, b: [3], e: 5, f: 6 }, [g, ...h] = [7, 8]; [a, c, d, rest, g, h]",
      [1, 3, 4, { e: 5, f: 6 }, 7, [8]],
    ],
    ["let i, j = 2, { k = i ?? 3 } = {} as any; [i, j, k]", [undefined, 2, 3]],
    ["[a, c] = [c, a]; ({ a: c, k } = { a: 9, k: 8 }); [a, c, k]", [3, 9, 8]],
  ],
  "var and functions in blocks": [
    ["if (true) { var inner = 1; let hidden = 2; function local() {} } inner", 1],
    ["typeof hidden + typeof local", "undefinedundefined"],
    ["for (var i = 0, n = 3; i < n; i++) {} i", 3],
    ["for (var key in { a: 1, b: 2 }) {} for (var { length } of ['xyz']) {} [key, length]", ["b", 3]],
    ["var inner; inner", 1],
  ],
  "undeclared names": [
    ["x = 1", 1],
    ["x + 1", 2],
    ["class C { set(v: number) { y = v } } new C().set(5); y", 5],
    ["({ p: q, r = 3 } = { p: 2 } as any); [q, r]", [2, 3]],
    ["typeof neverSeen", "undefined"],
  ],
  "names that mean something to libraries": [
    ["const process = { pid: 'mine' }; const show = () => ({ process }); process.pid", "mine"],
    ["[process.pid, show().process.pid, typeof globalThis.process.pid]", ["mine", "mine", "number"]],
    ["class URL { static own = true } function fetch() { return this }", undefined],
    ["[URL.own, fetch(), globalThis.URL.own]", [true, undefined, undefined]],
    [
      "let { window, name } = { window: 1, name: 'n' }; [window, name, typeof globalThis.window]",
      [1, "n", "undefined"],
    ],
    ["window++; [window]", [2]],
    ["structuredClone = ((old) => (v: any) => [old(v)])(structuredClone); structuredClone(1)", [1]],
  ],
  imports: [
    ["import path, { basename as base, type ParsedPath, PlatformPath } from 'node:path'", undefined],
    ["[typeof path.join, base('/a/b'), typeof PlatformPath]", ["function", "b", "undefined"]],
    ["import * as all from 'node:path'; import 'node:fs'; typeof all.join", "function"],
    ["import os = require('node:os'); typeof os.cpus", "function"],
    ["import type { Stats } from 'node:fs'; let s: Stats | undefined; s", undefined],
    ["typeof (await import('node:url')).URL + typeof require('node:url').URL", "functionfunction"],
    ["export { base }; export * from 'node:fs'; export { sep } from 'node:path'", undefined],
    ["import.meta.url + import.meta.dirname", "file:///notes/a.ipynb/notes"],
    ["__dirname + __filename", "/notes/notes/a.ipynb"],
  ],
  "imports are what their module says they are, now": [
    [`import { count, step, default as twice, step as go } from "${counter}"; step(); count`, 1],
    ["go(); [count, twice()]", [2, 4]],
    ["const view = () => count; step(); view()", 3],
    ["let count = 'mine'; step(); [count, view()]", ["mine", "mine"]],
    [`import * as all from "${counter}"; step(); all.count`, 5],
    [`import { count as URL } from "${counter}"; URL`, 5],
    ["step(); [URL, typeof globalThis.URL]", [6, "function"]],
  ],
  "functions called by an expression have no object": [
    ["const self = function (this: unknown) { return this }; (await self)()", undefined],
    ["(await Promise.resolve(self))``", undefined],
    ["const box = { self }; (await box).self() === box", true],
    ["await (await box).self() === box", true],
  ],
  "a resource, and the value of a cell that uses it": [
    ["let log = ''; const make = (n: number) => ({ n, [Symbol.dispose]() { log += n } }); 0", 0],
    ["using one = make(1); one.n", 1],
    ["log", "1"],
    ["await using two = make(2); function later() { return two.n } let three = 3; two.n + three;", 5],
    ["[log, later(), three]", ["12", 2, 3]],
    ["Object.keys(globalThis).filter((name) => name.includes('using'))", []],
  ],
  "asynchronous cells": [
    ["const value = await Promise.resolve(1); value", 1],
    [
      "let total = 0; for await (const n of (async function* () { yield 1; yield 2 })()) total += n; total",
      3,
    ],
    [
      "async function later() { await null; state = 'written' } let state = 'before'; const done = later(); state",
      "before",
    ],
    ["await done; state", "written"],
  ],
  "TypeScript syntax": [
    ["const cast = <any>'x'; const id = <T,>(v: T) => v; id<number>(cast.length)", 1],
    [
      "class P { constructor(private readonly a: number, public b = 2) {} sum() { return this.a + this.b } } new P(1).sum()",
      3,
    ],
    ["enum Color { Red, Green = 'g' } [Color.Red, Color[0], Color.Green]", [0, "Red", "g"]],
    ["enum Color { Blue } Color", { 0: "Blue", Blue: 0 }],
    [
      "abstract class Q { abstract m(): void; declare d: string; e!: number } Object.keys(new (Q as any)())",
      ["e"],
    ],
    ["function over(a: string): string; function over(a: any) { return a } over('o') satisfies string", "o"],
    ["function tag(target: any) { target.tagged = true } @tag class T {} T.tagged", true],
    ["class S { static self = new S(); static copy = S.self } S.self === S.copy", true],
    ["namespace N { export const a = 1; export namespace M { export const b = a + 1 } } N.M.b", 2],
    ["{ using r = { [Symbol.dispose ?? Symbol.for('Symbol.dispose')]() { freed = true } }; } freed", true],
  ],
  "loops that run on copies": [
    ["let sum = 0; for (let i = 0; i < 100000; i++) sum += i; sum", 4999950000],
    ["for (let i = 0; i < 10; i++) { if (i % 2) continue; if (i > 6) break; sum -= i } sum", 4999950000 - 12],
    ["let n = 200000; while (n > 3) { n--; if (n === 10) continue } do n--; while (n > 1); n", 1],
    ["for (var k = 0; k < 5; k++) for (let l = 0; l < k; l++) { sum = 0; n += l } [k, n, sum]", [5, 11, 0]],
    ["let text = ''; for (let i = 0; i < 3; i++) text += i; text", "012"],
    ["let big = 1n; for (let i = 0; i < 3; i++) big *= 2n; big", 8n],
    ["const seen = { valueOf() { return count } }; let count = 0; while (seen < 3) count++; count", 3],
    ["for (const row of [1, 2]) for (let i = 0; i < row; i++) count += row; count", 8],
  ],
};

describe("transformCell", () => {
  let notebook: Notebook;
  beforeEach(() => (notebook = new Notebook()));
  afterEach(() => notebook.close());

  for (const [title, cells] of Object.entries(table)) {
    it(title, async () => {
      for (const [cell, result] of cells) assert.deepEqual(await notebook.run(cell), result, cell);
    });
  }

  it("tells no result from the result undefined", async () => {
    assert.equal(await notebook.outcome("let a = 1;"), undefined);
    assert.deepEqual(await notebook.outcome("void 0"), { value: undefined });
  });

  for (const cell of ["() => 1", "(function () {})", "(class {});", "export default () => 1"]) {
    it(`gives no name to ${cell}`, async () => {
      assert.equal(((await notebook.run(cell)) as { name: string }).name, "");
    });
  }

  it("does not wait for a promise that is the result", async () => {
    assert.ok((await notebook.outcome("new Promise(() => {})"))?.value instanceof Promise);
  });

  it("keeps values of a cell that fails", async () => {
    await assert.rejects(notebook.run("let kept = 1; kept = 2; null.x; kept = 3"), TypeError);
    assert.equal(await notebook.run("kept"), 2);
  });

  it("fails as JavaScript does", async () => {
    await assert.rejects(notebook.run("const fixed = 1; fixed = 2"), {
      name: "TypeError",
      message: "Assignment to constant variable.",
    });
    await assert.rejects(notebook.run("fixed++"), { message: "Assignment to constant variable." });
    assert.equal(await notebook.run("fixed ??= 2; fixed"), 1);
    assert.equal(await notebook.run("let fixed = 2; fixed += 1"), 3);
    await notebook.run(`import { count } from "${counter}"`);
    await assert.rejects(notebook.run("count = 2"), { message: "Assignment to constant variable." });
    await assert.rejects(notebook.run("[early]; let early = 1"), {
      name: "ReferenceError",
      message: "Cannot access 'early' before initialization",
    });
    assert.deepEqual(
      [await notebook.run("let early = 1; early"), await notebook.run("let a = early; let early = 2; a")],
      [1, 1],
    );
    await assert.rejects(notebook.run("missing + 1"), {
      name: "ReferenceError",
      message: "missing is not defined",
    });
    await notebook.run("const nothing = 1");
    await assert.rejects(notebook.run("import { nothing } from 'node:path'; nothing"), ReferenceError);
  });

  it("imports CommonJS as TypeScript's esModuleInterop does", async () => {
    const transpiled = { __esModule: true, default: "inner", named: 1 };
    notebook.modules.transpiled = { default: transpiled };
    assert.deepEqual(await notebook.run("import d, { named } from 'transpiled'; [d, named]"), ["inner", 1]);
  });

  it("passes import attributes", async () => {
    const { code } = transformCell("import data from './a.json' with { type: 'json' }", { fileName: "c.ts" });
    assert.match(code, /__cell\.load\("\.\/a\.json", \{"with":\{"type":"json"\}\}\)/);
  });

  it("compiles JSX by the automatic runtime, by options and by pragmas", async () => {
    notebook.modules["react/jsx-runtime"] = { jsx: Array.of };
    notebook.modules["tiny/jsx-runtime"] = { jsx: () => "tiny" };
    assert.deepEqual(await notebook.run("const id = <T,>(v: T) => v; id(<b x={1}>t</b>)"), [
      "b",
      { x: 1, children: "t" },
    ]);
    assert.deepEqual(notebook.scope.names(), ["id"]);
    assert.equal(await notebook.run("/** @jsxImportSource tiny */ <b/>"), "tiny");
    assert.equal(
      await notebook.run("<b/>", { settings: () => ({ jsx: { importSource: "tiny" }, decorator: {} }) }),
      "tiny",
    );
    await notebook.run("const h = (...parts: any[]) => parts");
    assert.deepEqual(await notebook.run("/** @jsx h */ <b>t</b>"), ["b", null, "t"]);
    assert.deepEqual(
      await notebook.run("<b>t</b>", {
        settings: () => ({ jsx: { runtime: "classic", pragma: "h" }, decorator: {} }),
      }),
      ["b", null, "t"],
    );
  });

  it("compiles JSX as tsconfig.json says", () => {
    const folder = mkdtempSync(join(tmpdir(), "manabi-jsx-"));
    try {
      assert.deepEqual(readCompilerSettings(folder).jsx, {});
      writeFileSync(
        join(folder, "tsconfig.json"),
        '{ // note\n"compilerOptions": { "jsx": "react", "jsxFactory": "h", } }',
      );
      assert.deepEqual(readCompilerSettings(folder).jsx, { runtime: "classic", pragma: "h" });
      writeFileSync(
        join(folder, "base.json"),
        '{"compilerOptions":{"jsx":"react-jsx","jsxImportSource":"preact"}}',
      );
      writeFileSync(join(folder, "tsconfig.json"), '{ "extends": "./base.json" }');
      assert.deepEqual(readCompilerSettings(folder).jsx, { importSource: "preact" });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("compiles standard decorators and accessors", async () => {
    const cell = `
      function shout(method: (n: number) => string, { kind, name }: ClassMethodDecoratorContext) {
        return function (this: Box, n: number) { return \`\${kind} \${String(name)} \${method.call(this, n)}\`; };
      }
      class Box { accessor size = 2; @shout text(n: number): string { return "x".repeat(n * this.size); } }
      new Box().text(2)`;
    assert.equal(await notebook.run(cell), "method text xxxx");
    assert.deepEqual(notebook.scope.names(), ["shout", "Box"]);
    assert.equal(await notebook.run("new Box().text(1)"), "method text xx");
  });

  it("compiles experimental decorators where tsconfig.json says so", async () => {
    const cell = `
      const shout = (target: object, key: string, descriptor: PropertyDescriptor) => {
        descriptor.value = () => \`\${key} \${typeof target}\`;
      };
      class Box { @shout text() { return ""; } }
      new Box().text()`;
    const folder = mkdtempSync(join(tmpdir(), "manabi-decorators-test-"));
    try {
      writeFileSync(
        join(folder, "tsconfig.json"),
        '{ "compilerOptions": { "experimentalDecorators": true } }',
      );
      assert.equal(await notebook.run(cell, { settings: () => readCompilerSettings(folder) }), "text object");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("compiles namespaces that export variables, anew when the cell is run again", async () => {
    const cell = `
      namespace Counter { export let count = 1; export let { step } = { step: 2 }; export const add = () => count += step; }
      Counter.add(); Counter.step = 10; Counter.add(); Counter.count`;
    assert.equal(await notebook.run(cell), 13);
    await notebook.run("let Counter = 5");
    assert.equal(await notebook.run(cell), 13);
    const view = "namespace V { export let tag = 'b'; } const h = (...all: unknown[]) => all; <i>{V.tag}</i>";
    assert.deepEqual(await notebook.run(`/** @jsx h */ ${view}`), ["i", null, "b"]);
  });

  it("lists and forgets the notebook's names", async () => {
    await notebook.run("let a = 1; const process = 2; import path from 'node:path'; b = 3");
    assert.deepEqual(notebook.scope.names(), ["a", "process", "b", "path"]);
    assert.equal(notebook.scope.get("process"), 2);
    notebook.scope.delete(["a", "process"]);
    assert.equal(await notebook.run("typeof a + typeof process.pid"), "undefinednumber");
  });
});

describe("transformCell's source map", () => {
  const positions: [title: string, cell: string, marked: string][] = [
    ["a statement", "let a: number = 1;\n\n  null.x;", "x;"],
    ["after types and an emoji on the line", "const s: Array<string> = ['😀']; null.x", "x"],
    ["in a hoisted function", "let a = 1\nfunction f(b?: string): void {\n  missing(b)\n}\nf()", "missing"],
    [
      "in a class after an enum",
      "enum E { A }\nclass C {\n  m(): never { throw new Error() }\n}\nnew C().m()",
      "new Error",
    ],
    [
      "in a class with a standard decorator",
      "const d = (f: unknown): any => f;\nclass C {\n  @d m(n?: number) {\n    missing(n); }\n}\nnew C().m()",
      "missing",
    ],
    ["in an object literal", "{ a: 1,\n  b: missing }", "missing"],
    ["after a hashbang", "#!/usr/bin/env node\nmissing", "missing"],
    ["in the last expression", "1 +\n  missing", "missing"],
    ["in a class that extends none", "const a = void 0;\n\n  class X\n  extends a {}", "class"],
  ];
  for (const [title, cell, marked] of positions) {
    it(`is exact for ${title}`, async () => {
      const notebook = new Notebook();
      const error: unknown = await notebook.run(cell).then(
        () => assert.fail("the cell must throw"),
        (reason: unknown) => reason,
      );
      notebook.close();
      const place = /cell-1\.ts:(\d+):(\d+)/.exec(error instanceof Error ? (error.stack ?? "") : "");
      assert.ok(place, String(error));
      const { map } = transformCell(cell, { fileName: "cell-1.ts" });
      const found = new SourceMap(JSON.parse(map)).findOrigin(Number(place[1]), Number(place[2]));
      const before = cell.slice(0, cell.indexOf(marked)).split("\n");
      assert.deepEqual(found, {
        fileName: "cell-1.ts",
        lineNumber: before.length,
        columnNumber: (before.at(-1) ?? "").length + 1,
        name: undefined,
      });
    });
  }
});

describe("CellSyntaxError", () => {
  it("names the place, counted in UTF-16, and shows the lines around", () => {
    assert.throws(
      () => transformCell("let a = 1;\nlet s = '😀'; let b: = 3", { fileName: "cell-1.ts" }),
      (error) =>
        error instanceof CellSyntaxError &&
        error.name === "SyntaxError" &&
        error.line === 2 &&
        error.column === 22 &&
        error.codeFrame === "1 | let a = 1;\n2 | let s = '😀'; let b: = 3\n  |                      ^",
    );
  });

  it("takes the error of the language that understands more of the cell", () => {
    const jsx = "const a = <b>text</b>;\nlet c = ;";
    assert.throws(() => transformCell(jsx, { fileName: "cell-1.ts" }), { line: 2, column: 9 });
  });

  for (const cell of ["return 1", "let a; let a", "function f() { await 1 }", "a b", "x = ;"]) {
    it(`rejects ${cell}`, () =>
      assert.throws(() => transformCell(cell, { fileName: "c.ts" }), CellSyntaxError));
  }
});

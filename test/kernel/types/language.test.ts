import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { complete } from "../../../src/kernel/types/completion.js";
import { inspect } from "../../../src/kernel/types/inspection.js";
import { CellLanguage } from "../../../src/kernel/types/language.js";
import { check } from "./checked-notebook.js";

const homeFolder = resolve(".");

describe("CellLanguage", function () {
  this.timeout(60_000);
  let folder: string;
  let language: CellLanguage;

  before(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "manabi-cell-test-")));
    language = new CellLanguage(folder, homeFolder);
  });
  beforeEach(() => language.reset());
  after(() => {
    language.close();
    rmSync(folder, { recursive: true });
  });

  /** Each row: cells that are checked one after the other, and what must be found in them. */
  const table: Record<string, [cell: string, ...findings: string[]][]> = {
    "places, in UTF-16, after imports and comments": [
      ["import fs from 'node:fs';\n/* 😀 */ const n: number = '😀';", "2322 2:16 n"],
      ["let a = 1;\n\na.foo", "2339 3:3 foo"],
    ],
    "types of earlier cells": [
      ["let a = 1; const b = 'x'; function f(x: string) { return { x, n: a } }"],
      ["a.foo; b.foo; f(1); f('').n.foo", "2339 1:3 foo", "2339 1:10 foo", "2345 1:17 1", "2339 1:29 foo"],
      ["const { x: [c], ...d } = { x: [1], y: 'y' }; let e: number | undefined"],
      ["c.foo; d.y.foo; d.z; e.toFixed()", "2339 1:3 foo", "2339 1:12 foo", "2339 1:19 z", "18048 1:22 e"],
    ],
    "variables without a type, of which nothing is demanded": [
      [
        "function f(a, { b }) { return a[b] } class C { x; y(z) { return z } } let later; let found = null; const list = []",
      ],
      ["found = f(1, { b: 2 }); list.push(1, 'x'); later = list.map((each) => each.foo); new C().x.foo"],
      [
        "const rows = []; for (const r of list) rows.push([r]); let best = null; for (const r of rows) best = r; best?.[0].foo",
      ],
      ["rows.foo", "2339 1:6 foo"],
    ],
    "interfaces, type aliases, classes, enums and namespaces of earlier cells": [
      [
        "interface P { x: number } type Q = P & { y: string }; enum E { A } namespace N { export type T = 1; export const v = 2 }",
      ],
      ["class K<T> { constructor(private v: T) {} get() { return this.v } } const k = new K('')"],
      [
        "const q: Q = { x: 1 }; k.get().foo; E.B; const t: N.T = N.v; k.v",
        "2322 1:7 q",
        "2339 1:32 foo",
        "2339 1:39 B",
        "2322 1:48 t",
        "2341 1:64 v",
      ],
    ],
    "a name that is declared again has its newest type": [
      ["let x = 1"],
      ["x.toFixed(); const y = x"],
      ["let x = 'text'; x.toUpperCase()"],
      ["x.toFixed(); y.toFixed()", "2551 1:3 toFixed"],
      ["class x { static a = 1 }"],
      ["x.a; x.b; new x()", "2339 1:8 b"],
      ["interface x { z: 1 } const x: x = { z: 1 }"],
      ["x.z; x.a", "2339 1:8 a"],
    ],
    "a name declared by means of its own earlier value": [["const a = 1"], ["const a = [a]"], ["a"]],
    "imports of earlier cells, as values, types and namespaces": [
      [
        "import * as path from 'node:path'; import { readFileSync as read, type Stats } from 'node:fs'; import os from 'node:os'; import url = require('node:url')",
      ],
      [
        "path.foo; read(1n); let s: Stats; os.foo; url.foo; let p: path.ParsedPath = 1",
        "2339 1:6 foo",
        "2769 1:16 1n",
        "2339 1:38 foo",
        "2339 1:47 foo",
        "2322 1:56 p",
      ],
      ["let path = 1; path.toFixed()"],
      ["path.foo", "2339 1:6 foo"],
    ],
    "what is wrong with imports": [
      [
        "import { nope, join } from 'node:path';\nimport x from 'no-such-package';\nx.anything",
        "2305 1:10 nope",
        "2307 2:15 'no-such-package'",
      ],
      ["export * from './missing'", "2307 1:15 './missing'"],
    ],
    "types that cannot be written down": [
      ["const u = Symbol(); const o = { [u]: 1 }; const anonymous = new (class { q = 1 })()"],
      ["o[u].foo; anonymous.q.foo", "2339 1:6 foo", "2339 1:23 foo"],
      ["function make() { class Inner { v = 1 } return new Inner() } const made = make()"],
      ["made.v.foo", "2339 1:8 foo"],
      ["const { v: unmade, ...left } = make(); const [[waited]] = await Promise.all([[made]])"],
      ["unmade.foo; left.foo; waited.v.foo", "2339 1:8 foo", "2339 1:18 foo", "2339 1:32 foo"],
    ],
    "assignments without a declaration are no errors": [
      ["loose = 5; for (var i = 0; i < 3; i++) {} if (true) { var inBlock = 1 }"],
      ["loose.anything; i.anything; inBlock.anything; loose = 'x'"],
      ["unknownName", "2304 1:1 unknownName"],
    ],
    "top-level await, JSX, casts, magic names": [
      ["const v = await Promise.resolve(1); for await (const x of [1]) x; v.foo", "2339 1:69 foo"],
      ["const el = <div>{v}</div>; v.foo", "2339 1:30 foo"],
      ["const c = <any>'x'; const id = <T,>(x: T) => x; id(v).foo", "2339 1:55 foo"],
      [
        "display(v); input('?').foo; clearOutput({ wait: true }); require('x').y; __dirname.foo; import.meta.dirname.foo",
        "2339 1:24 foo",
        "2339 1:84 foo",
        "2339 1:109 foo",
      ],
    ],
    "names of globals can be taken": [
      ["const process = { pid: 'mine' }; class URL {} let name = 1"],
      ["process.pid.foo; new URL('x'); name.foo", "2339 1:13 foo", "2554 1:26 'x'", "2339 1:37 foo"],
    ],
    "no noise": [
      ["function f(untyped, ...more) { return untyped.x } const unused = 1; let { a, b } = JSON.parse('{}')"],
      ["try { f(1) } catch (e) { e.message } let later; later = 1; later.toFixed()"],
      ["#!/usr/bin/env node\nexport const x = 1; export { x as y }; export default x"],
      ["const a = 1; { const a = 2 } label: for (;;) break label"],
    ],
    "global augmentations stay": [
      ["declare global { interface Array<T> { second(): T } }"],
      ["[1, 2].second().foo", "2339 1:17 foo"],
    ],
    "syntax errors": [
      ["let a: = 1", "1000 1:8 ="],
      ["let a; let a", "1000 1:5 a"],
      ["typeof a", "2304 1:8 a"],
    ],
    "packages of Manabi in any folder": [
      [
        "import * as tf from '@tensorflow/tfjs'; import { display } from 'tslab'; const t = tf.tensor([1]); const m = tf.sequential()",
      ],
      [
        "t.foo; m.foo; const r: tf.Tensor2D = t.reshape([1, 1]); display.foo",
        "2339 1:3 foo",
        "2339 1:10 foo",
        "2339 1:65 foo",
      ],
      ["import { tensor } from '@tensorflow/tfjs'; const notImported = tensor([1])"],
      ["notImported.foo", "2339 1:13 foo"],
    ],
  };
  for (const [title, cells] of Object.entries(table)) {
    it(title, () => {
      for (const [cell, ...findings] of cells) assert.deepEqual(check(language, cell), findings, cell);
    });
  }

  it("gives the reasons of a finding, and their reasons", () => {
    check(
      language,
      "import { tensor } from '@tensorflow/tfjs'; const t = tensor([1]); const near = 1, home = 2",
    );
    const { diagnostics } = language.check(
      "const s: { a: () => string } = { a: () => t }; near.toFixed(home)",
    );
    assert.deepEqual(
      diagnostics.map(({ message }) => message),
      ["Type 'Tensor<Rank>' is not assignable to type 'string'."],
    );
    const [nested] = language.check(
      "const o = { b: { d: 1 } }; const p: { b: { d: string } } = o",
    ).diagnostics;
    assert.equal(
      nested?.message,
      "Type '{ b: { d: number; }; }' is not assignable to type '{ b: { d: string; }; }'.\n" +
        "  The types of 'b.d' are incompatible between these types.\n" +
        "    Type 'number' is not assignable to type 'string'.",
    );
  });

  it("sees local modules as they are now", () => {
    const file = join(folder, "local.ts");
    writeFileSync(file, "export const value = 1;");
    assert.deepEqual(check(language, "import { value } from './local'; value.foo"), ["2339 1:40 foo"]);
    assert.deepEqual(check(language, "value.toFixed()"), []);
    writeFileSync(file, "export const value = 'text';");
    utimesSync(file, new Date(), new Date(Date.now() + 2000));
    assert.deepEqual(check(language, "import { value } from './local.ts'; value.toUpperCase()"), []);
    assert.deepEqual(check(language, "value.toFixed()"), ["2551 1:7 toFixed"]);
  });

  it("shows what is wrong in the local modules that a cell imports", () => {
    mkdirSync(join(folder, "wrong"));
    writeFileSync(join(folder, "wrong/types.ts"), "\nexport const n: number = 'a'; export const m = 1;");
    const { diagnostics } = language.check("import { n, m } from './wrong/types'");
    assert.deepEqual(
      diagnostics.map(({ line, column, message }) => `${line}:${column} ${message}`),
      ["1:22 wrong/types.ts:2:14 - Type 'string' is not assignable to type 'number'."],
    );
  });

  it("knows the types behind npm: specifiers", () => {
    assert.deepEqual(check(language, "import { zipSync } from 'npm:fflate@0.8'; zipSync.foo"), [
      "2339 1:51 foo",
    ]);
  });

  it("says once what is wrong with several names of an import", () => {
    assert.deepEqual(check(language, "import { a, b } from 'nowhere'"), ["2307 1:22 'nowhere'"]);
  });

  it("finds a package that has been installed meanwhile", () => {
    assert.deepEqual(check(language, "import { late } from 'late-package'"), ["2307 1:22 'late-package'"]);
    const installed = join(folder, "node_modules/late-package");
    mkdirSync(installed, { recursive: true });
    writeFileSync(join(installed, "package.json"), '{"name":"late-package","types":"index.d.ts"}');
    writeFileSync(join(installed, "index.d.ts"), "export const late: number;");
    assert.deepEqual(check(language, "import { late } from 'late-package'; late.foo"), ["2339 1:43 foo"]);
  });

  const texts = (code: string, cursor = code.length): string[] =>
    complete(language, code, cursor).matches.map(({ text }) => text);

  describe("completion", () => {
    it("completes members with types and documentation", () => {
      check(language, "/** How many. */ const box = { count: 1, color: 'red', open() {} }");
      const { matches, start, end, memberOf } = complete(language, "box.co", 6);
      assert.deepEqual(
        matches.map(({ text, kind, signature }) => [text, kind, signature]),
        [
          ["color", "field", "string"],
          ["count", "field", "number"],
        ],
      );
      assert.deepEqual([start, end, memberOf], [4, 6, "box"]);
      const [floor] = complete(language, "Math.floo", 9).matches;
      assert.equal(floor?.signature, "(x: number) => number");
      assert.match(floor?.documentation ?? "", /greatest integer/);
    });

    it("tells whose live members may be asked for", () => {
      const owner = (code: string): string | undefined => complete(language, code, code.length).memberOf;
      assert.equal(owner("a.b[0]['c'].d"), "a.b[0]['c']");
      assert.equal(owner("x = this_1?.y?."), "this_1?.y");
      assert.equal(owner("f().x"), undefined);
      assert.equal(owner("a[i].x"), undefined);
      assert.equal(owner("plain"), undefined);
    });

    it("completes in unfinished cells, in strings of imports, objects and types", () => {
      assert.ok(texts("import * as os from 'node:os';\nif (os.").includes("cpus"));
      assert.ok(texts("fetch('x', { met").includes("method"));
      assert.ok(texts("function f(first: Date) { first.getF").includes("getFullYear"));
      writeFileSync(join(folder, "helpers.ts"), "");
      assert.deepEqual(texts("import { x } from './hel"), ["helpers.ts"]);
      assert.deepEqual(texts("const fs = require('node:fs/p"), ["node:fs/promises"]);
    });

    it("offers imports where a line holds nothing else", () => {
      assert.deepEqual(texts("let x = 1;\nreadFileS"), ['import { readFileSync } from "node:fs";']);
      assert.deepEqual(texts("readFileS; 1", 9), []);
      assert.deepEqual(texts("x = readFileS"), []);
      assert.ok(texts("toCateg").includes('import { toCategorical } from "manabi";'));
      assert.deepEqual(texts("consol"), ["console"]);
      assert.ok(!texts("setTime").some((text) => text.startsWith("import")));
    });

    it("completes an import that does not say from where", () => {
      const imported = 'import { plotHistory } from "manabi";';
      assert.deepEqual(texts("import { plotHi"), [imported]);
      const { matches, start, end } = complete(language, "f();\nimport { plotHi }; g()", 20);
      assert.deepEqual([matches.map(({ text }) => text), start, end], [[imported], 5, 22]);
      assert.deepEqual(texts("import { tf, plotHi"), ['import { tf, plotHistory } from "manabi";']);
      assert.deepEqual(texts("import { tf, readFileS"), []);
      assert.ok(texts("import { ").includes('import { tf } from "manabi";'));
      assert.deepEqual(texts('import { readFileS } from "node:fs"', 18), ["readFileSync"]);
    });

    it("puts before other packages those that cells are meant to import", () => {
      const names = texts('import x from "');
      assert.ok(names.indexOf("manabi") < names.indexOf("node:fs"));
      assert.ok(!names.some((name) => /^node:_|\/_/.test(name)));
    });

    it("puts capitals last", () => {
      const names = texts("Math.");
      assert.ok(names.indexOf("sqrt") < names.indexOf("PI"), names.join(" "));
    });

    it("offers nothing for a name that is being made up", () => {
      for (const code of ["const da", "async function f", "class K", "type T"])
        assert.deepEqual(texts(code), []);
    });

    it("completes files in commands, and what npm can do", () => {
      writeFileSync(join(folder, "numbers.csv"), "");
      mkdirSync(join(folder, "numbered"), { recursive: true });
      assert.deepEqual(texts("let a = 1\n!head -3 num"), ["numbered/", "numbers.csv"]);
      assert.deepEqual(texts("!head numbered/../numbers"), ["numbers.csv"]);
      assert.deepEqual(texts("%%writefile numbers"), ["numbers.csv"]);
      assert.deepEqual(texts("%npm ins"), ["install"]);
    });

    it("completes names of cells, globals and keywords", () => {
      check(language, "let myLearningRate = 1; import * as myModule from 'node:fs'");
      assert.deepEqual(
        texts("let myOwn = 1; my").filter((text) => text.startsWith("my")),
        ["myLearningRate", "myModule", "myOwn"],
      );
      assert.ok(texts("cons").includes("console"));
      assert.ok(texts("awa").includes("await"));
      assert.deepEqual(texts("[...myL"), ["myLearningRate"]);
    });

    it("shows the types of names in scope, also of those that the cell does not mention yet", () => {
      check(
        language,
        "/** How fast. */ let scopeRate = 0.1; const scopeSum = (a: number, b: number) => a + b",
      );
      const code = "function f(scopeOwn: Date) { scope }";
      assert.deepEqual(
        complete(language, code, code.length - 2).matches.map(({ text, kind, signature, documentation }) => [
          text,
          kind,
          signature,
          documentation,
        ]),
        [
          ["scopeRate", "let", "number", "How fast."],
          ["scopeSum", "const", "(a: number, b: number) => number", undefined],
          ["scopeOwn", "variable", "Date", undefined],
        ],
      );
      const [found] = complete(language, "parseI", 6).matches;
      assert.equal(found?.signature, "(string: string, radix?: number) => number");
      assert.match(found?.documentation ?? "", /Converts a string to an integer/);
    });

    it("offers the texts that a type allows, with their quotes", () => {
      check(language, "function dense(options: { units?: number; activation: 'relu' | 'sigmoid' }) {}");
      assert.deepEqual(texts("dense({ activation:  })", 20).slice(0, 2), ['"relu"', '"sigmoid"']);
      assert.deepEqual(texts("dense({ activation: s })", 21)[0], '"sigmoid"');
      assert.deepEqual(texts("dense({ activation: '' })", 21), ["relu", "sigmoid"]);
      assert.ok(!texts("dense({ units:  })", 15).some((text) => text.startsWith('"')));
    });

    it("offers no words that are not names", () => {
      assert.deepEqual(texts("let o = { wordKey: 'wordText' }; word"), []);
    });

    it("replaces the whole name around the cursor", () => {
      const { matches, start, end } = complete(language, "let v = { abc: 1 }; v.ac;", 23);
      assert.deepEqual([matches.map(({ text }) => text), start, end], [["abc"], 22, 24]);
    });
  });

  describe("inspection", () => {
    const plain = (code: string, cursor: number, level: 0 | 1 = 0): unknown =>
      inspect(language, code, cursor, level)?.["text/plain"];

    it("shows types and documentation", () => {
      check(
        language,
        "/** Adds.\n * @param a one\n * @see more */ function add(a: number, b = 2) { return a + b }",
      );
      assert.equal(plain("add", 3), "function add(a: number, b?: number): number\n\nAdds.\n\n@param a one");
      assert.match(String(plain("add", 1, 1)), /@see more/);
      assert.match(
        String(inspect(language, "add", 0, 0)?.["text/markdown"]),
        /^```typescript\nfunction add\(/,
      );
    });

    it("tells const from let, and the value from the interface of the same name", () => {
      assert.equal(plain("const limit = 'x'; limit", 24), 'const limit: "x"');
      assert.equal(plain("Array", 5), "interface Array<T>\nvar Array: ArrayConstructor");
    });

    it("lists what a namespace has, with the first sentence about each", () => {
      const code =
        "namespace shapes {\n  /** Sides. Of length 1. */ export const sides = 4;\n" +
        "  /** Draws one (e.g. in red).\n *  And more. */ export function draw() {}\n" +
        "  export class Square {}\n}\nshapes";
      assert.equal(
        plain(code, code.length),
        "module shapes\n\ndraw()\n    Draws one (e.g. in red).\nsides\n    Sides.\nSquare",
      );
      check(language, "import { layers } from '@tensorflow/tfjs'");
      assert.match(String(plain("layers", 1)), /^module layers\n\n[^]*\ndense\(\)\n {4}Creates a dense/);
    });

    it("shows the function that is being called", () => {
      const code = "add(1, Math.max(2, [3], ";
      assert.match(String(plain(code, code.length)), /^method max\(\.\.\.values: number\[\]\): number/);
      check(language, "function add(a: number) { return a }");
      assert.match(String(plain("add(Math.max(1), ", 17)), /^function add\(a: number\): number/);
    });

    it("leaves out the files that types come from", () => {
      check(language, "import { tensor } from '@tensorflow/tfjs'; const t = tensor([1])");
      assert.equal(plain("t", 1), "const t: Tensor<Rank>");
      assert.match(complete(language, "t.squar", 7).matches[0]?.signature ?? "", /^<T extends Tensor>\(/);
    });

    it("shows overloads, classes, types and variables", () => {
      check(
        language,
        "function over(a: string): string; function over(a: number): number; function over(a: any) { return a }",
      );
      assert.equal(plain("over", 1), "function over(a: string): string\nfunction over(a: number): number");
      check(language, "class K {} interface I { a: 1 } let v = [1]");
      assert.equal(plain("K", 1), "class K");
      assert.equal(plain("v", 1), "let v: number[]");
      assert.equal(plain("let i: I", 8), "interface I");
    });

    const make =
      "interface Settings {\n/** How fast. */ rate?: number; size: string }\n" +
      "/** Makes.\n * @example make(1, { size: 'S' }) */ function make(n: number, settings: Settings) {}";

    it("shows a property of an argument as its type declares it", () => {
      check(language, make);
      const rate = "property rate?: number\n\nHow fast.";
      assert.equal(plain("make(1, { rate: 1 })", 12), rate);
      assert.equal(plain("make(1, { size: 'S', rate", 25), rate);
      assert.equal(plain("make(1, { rate })", 14), rate);
      assert.equal(plain("{ make }", 4)?.toString().split("\n")[0], String(plain("make", 4)).split("\n")[0]);
    });

    it("lists the arguments that a function takes by name, and examples", () => {
      check(language, make);
      assert.equal(
        plain("make(", 5),
        "function make(n: number, settings: Settings): void\n\nMakes.\n\n" +
          "size: string\nrate?: number\n    How fast.\n\n@example make(1, { size: 'S' })",
      );
      const markdown = String(inspect(language, "make", 4, 0)?.["text/markdown"]);
      assert.ok(markdown.includes("- `rate?: number` How fast.\n\n```typescript\nmake(1, {"), markdown);
    });

    it("shows a type where a value could stand", () => {
      check(language, "namespace Shapes { export type Square = { side: number }; export const one = 1 }");
      assert.match(String(plain("Shapes.Square", 13)), /^type Square = \{/);
    });

    it("describes magics, and leaves their text alone", () => {
      assert.match(String(plain("%time f(1)", 3)), /^%time expression\n\nTells how long/);
      assert.match(String(plain("%time Math.abs(1)", 14)), /^method abs/);
      assert.equal(plain("%%html\n<b>Math", 12), undefined);
      assert.equal(plain("!cat Math", 9), undefined);
      assert.deepEqual(texts("%%html\nMath.ab"), []);
      assert.deepEqual(texts("!ls\n%time Math.ab"), ["abs"]);
      assert.deepEqual(texts("%%wr"), ["%%writefile"]);
      assert.deepEqual(check(language, "%%html\n<b>"), []);
      assert.deepEqual(check(language, "!ls\n%time Math.foo\nlet kept = 1"), ["2339 2:12 foo"]);
      assert.deepEqual(check(language, "%reset"), []);
      assert.deepEqual(check(language, "kept"), ["2304 1:1 kept"]);
    });

    it("has nothing to say about what is not known", () => {
      assert.equal(inspect(language, "nothingKnown", 3, 0), undefined);
      assert.equal(inspect(language, "1 + ", 4, 0), undefined);
    });
  });
});

describe("CellLanguage with a tsconfig.json", function () {
  this.timeout(60_000);
  let folder: string;
  let language: CellLanguage;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "manabi-cell-test-")));
    language = new CellLanguage(folder, homeFolder);
  });
  afterEach(() => {
    language.close();
    rmSync(folder, { recursive: true });
  });

  it("honours it", () => {
    writeFileSync(
      join(folder, "tsconfig.json"),
      '{ "compilerOptions": { "strict": false, "noImplicitAny": true, "noUnusedLocals": true, "paths": { "@/*": ["./lib/*"] } } }',
    );
    mkdirSync(join(folder, "lib"));
    writeFileSync(join(folder, "lib/a.ts"), "export const a = 1;");
    assert.deepEqual(
      check(language, "let n: number = null; function f(x) {}; import { a } from '@/a'; a.foo"),
      ["7006 1:34 x", "2339 1:68 foo"],
    );
  });

  it("honours it when it has been edited", () => {
    assert.deepEqual(check(language, "let kept: number = null"), ["2322 1:5 kept"]);
    writeFileSync(join(folder, "tsconfig.json"), '{ "compilerOptions": { "strict": false } }');
    assert.deepEqual(check(language, "kept.foo; let n: number = null"), ["2339 1:6 foo"]);
  });

  it("demands types where it says so", () => {
    writeFileSync(join(folder, "tsconfig.json"), '{ "compilerOptions": { "noImplicitAny": true } }');
    assert.deepEqual(check(language, "function f(a) { return a }"), ["7006 1:12 a"]);
  });

  it("says once what is wrong with it", () => {
    writeFileSync(join(folder, "tsconfig.json"), '{ "compilerOptions": { "target": "es1066" } }');
    const { diagnostics } = language.check("let n: number = null");
    assert.match(diagnostics[0]?.message ?? "", /^tsconfig\.json: .*target/);
    assert.deepEqual(
      diagnostics.slice(1).map(({ code }) => code),
      [2322],
    );
    assert.deepEqual(language.check("1").diagnostics, []);
  });
});

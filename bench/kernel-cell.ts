/**
 * How long the parts of a cell take that run no user code: `node dist/bench/kernel-cell.js`.
 * Times are medians in milliseconds; loops are compared with the same loop in a function.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import vm from "node:vm";
import { complete } from "../src/kernel/types/completion.js";
import { CellLanguage } from "../src/kernel/types/language.js";
import { CellContext } from "../src/kernel/transform/cell-context.js";
import { NotebookScope } from "../src/kernel/transform/scope.js";
import { transformCell } from "../src/kernel/transform/transform.js";

type CellFunction = (cell: object) => Promise<unknown>;

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

function time(action: () => void, repetitions: number): number {
  const times: number[] = [];
  for (let i = 0; i < repetitions; i += 1) {
    const start = performance.now();
    action();
    times.push(performance.now() - start);
  }
  return median(times);
}

const rows: Record<string, string> = {};
const fileName = "cell-1.ts";
const cell =
  'import * as fs from "node:fs";\nfunction f(a: number, { b }: { b: { c: number } }) {\n  return a + b.c;\n}\n' +
  "const { x, y: [z] } = await g(1, { b: { c: 2 } });\nclass A<T> { constructor(private q: T) {} }\nx";

const coldStart = performance.now();
transformCell(cell, { fileName });
rows["transform, first cell"] = (performance.now() - coldStart).toFixed(2);
rows["transform, 1 + 1"] = time(() => void transformCell("1 + 1", { fileName }), 500).toFixed(3);
rows["transform, 7 lines"] = time(() => void transformCell(cell, { fileName }), 500).toFixed(3);
rows["transform, 7 lines, with source map"] = time(() => transformCell(cell, { fileName }).map, 500).toFixed(
  3,
);

const additions = 1e9;
const plain = vm.runInThisContext(
  `(function () { let sum = 0; for (let i = 0; i < ${additions}; i++) sum += i; return sum; })`,
) as () => void;
const scope = new NotebookScope();
const loop = `let sum = 0; for (let i = 0; i < ${additions}; i++) sum += i;`;
const times: { plain: number[]; cell: number[] } = { plain: [], cell: [] };
for (let i = 0; i < 3; i += 1) {
  times.plain.push(time(plain, 1));
  const { code } = transformCell(loop, { fileName, earlier: scope });
  const run = vm.runInThisContext(code) as CellFunction;
  const context = new CellContext(scope, {
    import: () => Promise.reject(new Error("This cell imports nothing.")),
    load: () => Promise.reject(new Error("This cell imports nothing.")),
    meta: { url: "", filename: "", dirname: "" },
  });
  const start = performance.now();
  await run(context);
  times.cell.push(performance.now() - start);
}
rows["1e9 additions: cell / function"] = (Math.min(...times.cell) / Math.min(...times.plain)).toFixed(2);

for (const imports of ["", "import * as tf from '@tensorflow/tfjs';\n"]) {
  const name = imports ? "with tfjs" : "plain";
  const folder = mkdtempSync(join(tmpdir(), "manabi-bench-"));
  const language = new CellLanguage(folder, resolve("."));
  const start = performance.now();
  language.start();
  rows[`checker starts, ${name}`] = (performance.now() - start).toFixed(0);
  const cells: number[] = [];
  for (let n = 1; n <= 1000; n += 1) {
    const own = `const a${n} = ${n === 1 ? "1" : `a${n - 1} + 1`}; function f${n}(x: number) { return x + a${n}; }`;
    const begun = performance.now();
    const { remember } = language.check(n === 1 ? imports + own : own);
    cells.push(performance.now() - begun);
    remember();
  }
  rows[`check, cells 6 to 25, ${name}`] = median(cells.slice(5, 25)).toFixed(2);
  rows[`check, cells 981 to 1000, ${name}`] = median(cells.slice(-20)).toFixed(2);
  const text = imports ? "tf." : "Math.";
  let asked = 0;
  rows[`complete ${text}`] = time(() => {
    // Another cell each time, so that nothing is known from the last time.
    const code = `const x${(asked += 1)} = 1;\n${text}`;
    complete(language, code, code.length);
  }, 21).toFixed(2);
  language.close();
  rmSync(folder, { recursive: true });
}
console.table(rows);

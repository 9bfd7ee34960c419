import assert from "node:assert/strict";
import { findLargeLiterals } from "../../../src/kernel/transform/large-literals.js";
import { Notebook } from "./notebook.js";

const numbers = JSON.stringify(Array.from({ length: 15_000 }, (_, i) => i / 2));
const records = `{\n  list: [\n${Array.from({ length: 3000 }, (_, i) => `    { id: ${i}, name: 'it\\'s ${i}', "b c": null, },\n`).join("")}  ],\n}`;

describe("large literals", () => {
  let notebook: Notebook;
  beforeEach(() => (notebook = new Notebook()));
  afterEach(() => notebook.close());

  const found: Record<string, [cell: string, count: number]> = {
    "in a declaration": [`const a = ${numbers}; a.length`, 1],
    "in calls and returns": [`f(${numbers}, ${records}); function g() { return ${records} }`, 3],
    "not in code": [`const a = [${numbers}, b]; const f = () => ${records}`, 0],
    "not as a block": [`if (a) ${records.replace("list", "label")}`, 0],
    "not when they are small": ["const a = [1, 2]", 0],
    "not if one bracket is missing": [`const a = ${numbers.slice(0, -1)}`, 0],
  };
  for (const [where, [cell, count]] of Object.entries(found)) {
    it(`are found ${where}`, () => assert.equal(findLargeLiterals(cell).length, count));
  }

  const results: Record<string, [cell: string, result: unknown]> = {
    "of numbers": [`const a: number[] = ${numbers} as const;\n[a.length, a[3]]`, [15_000, 1.5]],
    "of objects": [`let { list } = ${records}; list.at(-1)`, { id: 2999, name: "it's 2999", "b c": null }],
    "in functions": [`function last() { return ${records}.list.length } last()`, 3000],
    "as the whole cell": [`\n${numbers}\n`, JSON.parse(numbers)],
    "in templates": [`const s = \`a = ${numbers}\`; s.length`, numbers.length + 4],
    "in comments": [`/* a = ${numbers} */ 1`, 1],
    "in types": [`type A = ${numbers}; const a = 2; a`, 2],
    "with a magic": [`%%time\nconst a = ${numbers}; a.length`, 15_000],
  };
  for (const [where, [cell, result]] of Object.entries(results)) {
    it(`keep their value ${where}`, async () => {
      notebook = new Notebook({}, async (_, __, body) => (body as () => Promise<{ value: unknown }>)());
      assert.deepEqual(await notebook.run(cell), result);
    });
  }

  it("leave the places of errors as they are", async () => {
    const error = await notebook.run(`const a = ${records};\n\n  missing`).catch((each: unknown) => each);
    assert.match((error as Error).stack ?? "", /missing is not defined/);
  });

  it("take little time", async () => {
    const rows = Array.from({ length: 40_000 }, (_, id) => ({
      id,
      name: `row ${id}`,
      values: [id, id / 2, -id],
    }));
    const cell = `const rows = ${JSON.stringify(rows)}; rows.length`;
    const start = performance.now();
    assert.equal(await notebook.run(cell), 40_000);
    // 0.1 s on a quiet machine; 0.9 s where all of it is parsed.
    assert.ok(
      performance.now() - start < 600,
      `${cell.length} characters took ${performance.now() - start} ms`,
    );
  });
});

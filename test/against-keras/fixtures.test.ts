import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { runPython } from "../saving/python.js";

const folder = path.resolve("test/fixtures/keras");
const scripts = readdirSync(folder).filter(
  (file) => file.endsWith(".py") && existsSync(path.join(folder, file.replace(/py$/, "json"))),
);

/** Values inside of deep networks with random weights: some are differences of large numbers. */
const rough = new Set(["applications.json"]);

/** Versions and other texts may differ in nothing; numbers by rounding on another processor. */
function assertAlike(found: unknown, committed: unknown, where: string): void {
  if (typeof committed === "number" && typeof found === "number") {
    const least = rough.has(where.split(".").slice(0, 2).join(".")) ? 5e-3 : 2e-5;
    const isAlike =
      Object.is(found, committed) || Math.abs(found - committed) <= least + 2e-4 * Math.abs(committed);
    assert.ok(isAlike, `${where}: Keras gives ${found}, the file has ${committed}`);
  } else if (typeof committed === "object" && committed !== null) {
    assert.deepEqual(Object.keys(found as object), Object.keys(committed), where);
    for (const [name, value] of Object.entries(committed))
      assertAlike((found as Record<string, unknown>)[name], value, `${where}.${name}`);
  } else assert.deepEqual(found, committed, where);
}

/** Python writes NaN and infinities as JavaScript would, which JSON has not. */
const parse = (file: string): unknown =>
  JSON.parse(
    readFileSync(file, "utf8").replaceAll(/(?<=[[,:\s])(NaN|-?Infinity)(?=[\],}\s])/g, '"$1"'),
  ) as unknown;

describe("against Keras: the committed numbers are what the scripts beside them give", () => {
  let copies: string;
  before(() => {
    copies = mkdtempSync(path.join(tmpdir(), "manabi-fixtures-"));
    for (const file of readdirSync(folder).filter((name) => name.endsWith(".py")))
      cpSync(path.join(folder, file), path.join(copies, file));
  });
  after(() => rmSync(copies, { recursive: true }));

  for (const script of scripts) {
    it(script, async () => {
      // Each writes its results beside itself.
      await runPython(path.join(copies, script));
      const results = script.replace(/py$/, "json");
      assertAlike(parse(path.join(copies, results)), parse(path.join(folder, results)), results);
    });
  }
});

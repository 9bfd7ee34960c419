import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import type { Patch } from "../../src/tfjs/patch.js";

interface Report {
  patches: Patch[];
  /** What is another after loading than in TensorFlow.js itself. */
  changed: string[];
}

describe("changes of TensorFlow.js", () => {
  let report: Report;
  before(() => {
    const script = new URL("./list-changes.js", import.meta.url);
    const output = execFileSync(process.execPath, [script.pathname], { encoding: "utf8" });
    report = JSON.parse(output) as Report;
  });

  it("are all made by patch() or by a verb that lists them", () => {
    const listed = new Set(report.patches.map(({ owner, member }) => `${owner}.${member}`));
    assert.deepEqual(
      report.changed.filter((one) => !listed.has(one)),
      [],
    );
    assert.ok(report.changed.length > 100, `${report.changed.length} changes seen`);
  });

  it("say in which order they come, where several change the same", () => {
    const after = new Map<string, Set<string>>();
    for (const { name, after: given = [] } of report.patches) {
      const known = after.get(name) ?? new Set();
      for (const other of given) for (const one of [other, ...(after.get(other) ?? [])]) known.add(one);
      after.set(name, known);
    }
    const last = new Map<string, string>();
    const unsaid: string[] = [];
    for (const { owner, member, name } of report.patches) {
      const earlier = last.get(`${owner}.${member}`);
      if (earlier !== undefined && !after.get(name)!.has(earlier))
        unsaid.push(`${name} of ${owner}.${member}, after ${earlier}`);
      last.set(`${owner}.${member}`, name);
    }
    assert.deepEqual(unsaid, []);
  });

  it("replace each method of models at one place", () => {
    const ofModels = report.patches.filter(({ owner }) => ["LayersModel", "Sequential"].includes(owner));
    const methods = ofModels.map(({ owner, member }) => `${owner}.${member}`);
    assert.deepEqual(methods, [...new Set(methods)]);
  });

  it("say why, and are made nowhere by assignment", () => {
    for (const { name, why } of report.patches) assert.ok(name && why, name);
    const files = (fs.readdirSync("src", { recursive: true }) as string[])
      .filter((file) => file.endsWith(".ts") && !/^kernel|^tfjs\/patch\.ts$/.test(file))
      // Of a window of jsdom.
      .filter((file) => file !== path.join("figures", "plotly", "static-svg.ts"));
    const assignment =
      /prototype(?:\.\w+|\[[^\]]+\])\s*=[^=>]|(?:assign|defineProperty|defineProperties)\(\s*[\w.]*\.prototype\b/i;
    const wrong = files.filter((file) => assignment.test(fs.readFileSync(path.join("src", file), "utf8")));
    assert.deepEqual(wrong, []);
  });
});

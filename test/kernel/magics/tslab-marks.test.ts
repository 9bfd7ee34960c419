import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RunningMagic } from "./running-magic.js";

describe("marks of tslab's cells", () => {
  let magic: RunningMagic;
  beforeEach(() => (magic = new RunningMagic()));
  afterEach(() => magic.close());

  it("@module writes a module in place of its earlier version, and of no other file; @browser says no", async () => {
    const version = (n: number) => `/** @module shapes */ export const sides = ${n};`;
    await magic.output("@module", "shapes", version(3));
    await magic.output("@module", "shapes", version(4));
    assert.equal(readFileSync(join(magic.folder, "shapes.ts"), "utf8"), `${version(4)}\n`);
    writeFileSync(join(magic.folder, "own.ts"), "export {};\n");
    await assert.rejects(magic.output("@module", "own", version(5)), /own\.ts is there already/);
    assert.equal(readFileSync(join(magic.folder, "own.ts"), "utf8"), "export {};\n");
    await assert.rejects(magic.output("@module", "", "x"), /A module needs a name/);
    await assert.rejects(magic.output("@browser", "", "x"), /do not run here/);
  });
});

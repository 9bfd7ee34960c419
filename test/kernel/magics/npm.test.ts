import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { RunningMagic } from "./running-magic.js";

describe("%npm", () => {
  let magic: RunningMagic;
  beforeEach(() => (magic = new RunningMagic()));
  afterEach(() => magic.close());

  it("%npm leaves Manabi's own packages alone", async () => {
    writeFileSync(join(magic.folder, "package.json"), "{}");
    mkdirSync(join(magic.folder, "inner"));
    const prefixIn = async (where: string) => {
      return (await magic.output("%npm", "prefix", undefined, where)).text.trim().split("\n").at(-1);
    };
    assert.equal(await prefixIn(join(magic.folder, "inner")), magic.folder);
    assert.equal(await prefixIn(resolve("notebooks")), resolve("notebooks"));
  });

  it("%npm runs npm, and fails with it", async () => {
    writeFileSync(join(magic.folder, "package.json"), '{ "scripts": { "hello": "echo hello from npm" } }');
    assert.match((await magic.output("%npm", "run hello")).text, /hello from npm/);
    await assert.rejects(
      magic.output("%npm", "run nothing"),
      /npm run nothing ended with exit code 1; its output is above/,
    );
  });
});

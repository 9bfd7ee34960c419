import assert from "node:assert/strict";
import { lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RunningMagic } from "./running-magic.js";

describe("%%writefile", () => {
  let magic: RunningMagic;
  beforeEach(() => (magic = new RunningMagic()));
  afterEach(() => magic.close());

  it("%%writefile writes, appends, and leaves nothing beside", async () => {
    assert.match((await magic.output("%%writefile", "a.txt", "one\n")).text, /^Wrote .*a\.txt\n$/);
    await magic.output("%%writefile", "-a a.txt", "two\n");
    assert.equal(readFileSync(join(magic.folder, "a.txt"), "utf8"), "one\ntwo\n");
    assert.deepEqual(readdirSync(magic.folder), ["a.txt"]);
    await assert.rejects(magic.output("%%writefile", "", "x"), /needs the path of a file/);
    await assert.rejects(magic.output("%%writefile", "-a", "x"), /needs the path of a file/);
  });

  it("%%writefile keeps a file's mode, follows links, takes quotes and options as IPython does", async () => {
    const file = join(magic.folder, "run.sh");
    writeFileSync(file, "old", { mode: 0o755 });
    symlinkSync("run.sh", join(magic.folder, "link"));
    await magic.output("%%writefile", '"link"', "new\n");
    await magic.output("%%writefile", "run.sh --append", "more\n");
    assert.equal(readFileSync(file, "utf8"), "new\nmore\n");
    assert.equal(statSync(file).mode & 0o777, 0o755);
    assert.ok(lstatSync(join(magic.folder, "link")).isSymbolicLink());
    await magic.output("%%writefile", "'two words.txt'", "x");
    assert.ok(readdirSync(magic.folder).includes("two words.txt"));
    await assert.rejects(
      magic.output("%%writefile", "none/a.txt", "x"),
      /There is no folder .*none\. !mkdir -p .*none makes it/,
    );
  });
});

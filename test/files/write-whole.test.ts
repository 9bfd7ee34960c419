import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeWhole, writeWholeSync } from "../../src/files/write-whole.js";

describe("files/write-whole", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "manabi-files-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("makes the folder, replaces what was there and leaves nothing else", async () => {
    const path = join(folder, "new/file.txt");
    writeWholeSync(path, "first");
    await writeWhole(path, Buffer.from("second"));
    assert.equal(await readFile(path, "utf8"), "second");
    await writeWhole(path, async (file) => void (await file.write("third")));
    assert.equal(await readFile(path, "utf8"), "third");
    assert.deepEqual(await readdir(join(folder, "new")), ["file.txt"]);
  });

  it("keeps the old file where writing fails", async () => {
    const path = join(folder, "file.txt");
    await writeWhole(path, "old");
    const failing = writeWhole(path, async (file) => {
      await file.write("half of the ne");
      throw new Error("disk full");
    });
    await assert.rejects(failing, /disk full/);
    // A folder in the place of the file.
    assert.throws(() => writeWholeSync(folder, "text"));
    assert.equal(await readFile(path, "utf8"), "old");
    assert.deepEqual(await readdir(folder), ["file.txt"]);
  });
});

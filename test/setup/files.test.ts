import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { readIfThere, replaceFolder, withFolder, writeAtomic } from "../../src/setup/files.js";
import { temporaryFolder } from "./sandbox.js";

describe("setup/files", () => {
  it("reads a file that may not be there", () => {
    const file = path.join(temporaryFolder(), "a/b.txt");
    assert.equal(readIfThere(file), undefined);
    writeAtomic(file, "text");
    assert.equal(readIfThere(file), "text");
    assert.deepEqual(fs.readdirSync(path.dirname(file)), ["b.txt"]);
  });

  it("replaces a folder whole", async () => {
    const folder = path.join(temporaryFolder(), "made");
    for (const name of ["first", "second"]) {
      await replaceFolder(folder, (partial) => fs.writeFileSync(path.join(partial, name), ""));
      assert.deepEqual(fs.readdirSync(folder), [name]);
    }
  });

  it("keeps the old folder when filling the new one fails", async () => {
    const folder = path.join(temporaryFolder(), "made");
    await replaceFolder(folder, (partial) => fs.writeFileSync(path.join(partial, "old"), ""));
    const full = () => Promise.reject(new Error("no space left on device"));
    await assert.rejects(replaceFolder(folder, full), /no space left/);
    assert.deepEqual(fs.readdirSync(folder), ["old"]);
  });

  it("leaves nothing after Ctrl-C, and empties what a killed process has left", async () => {
    const parent = temporaryFolder();
    const folder = path.join(parent, "made");
    const module = path.join(import.meta.dirname, "../../src/setup/files.js");
    for (const use of ["withFolder", "replaceFolder"]) {
      const script = `import(${JSON.stringify(module)}).then((files) => files.${use}(${JSON.stringify(folder)}, (place) => {
        require("node:fs").writeFileSync(place + "/half", "");
        process.kill(process.pid, "SIGINT");
        return new Promise((resolve) => setTimeout(resolve, 10_000));
      }))`;
      const { signal } = spawnSync(process.execPath, ["-e", script]);
      assert.equal(signal, "SIGINT", use);
      assert.deepEqual([...fs.readdirSync(parent)], [], use);
    }
    fs.mkdirSync(folder);
    fs.writeFileSync(path.join(folder, "half"), "");
    assert.deepEqual(await withFolder(folder, (place) => fs.readdirSync(place)), []);
    assert.equal(fs.existsSync(folder), false);
  });

  it("leaves no folder when killed, and makes it the next time", async () => {
    const folder = path.join(temporaryFolder(), "made");
    const module = path.join(import.meta.dirname, "../../src/setup/files.js");
    const script = `import(${JSON.stringify(module)}).then(({ replaceFolder }) => replaceFolder(${JSON.stringify(folder)}, (partial) => {
      require("node:fs").writeFileSync(partial + "/half", "");
      process.kill(process.pid, "SIGKILL");
    }))`;
    const { signal } = spawnSync(process.execPath, ["-e", script]);
    assert.equal(signal, "SIGKILL");
    assert.equal(fs.existsSync(folder), false);
    await replaceFolder(folder, (partial) => fs.writeFileSync(path.join(partial, "whole"), ""));
    assert.deepEqual(fs.readdirSync(folder), ["whole"]);
  });
});

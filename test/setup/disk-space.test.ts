import assert from "node:assert/strict";
import path from "node:path";
import { SetupError } from "../../src/setup/command.js";
import { checkSpace, explainFullDisk, freeSpace } from "../../src/setup/disk-space.js";
import { temporaryFolder } from "./sandbox.js";

describe("setup/disk-space", () => {
  it("ends a set-up that could not come to its end, with what it needs and what is free", () => {
    checkSpace("/somewhere", 2e9, 2e9);
    assert.throws(() => checkSpace("/somewhere", 2.5e9, 31e6), {
      message:
        "The disk of /somewhere is too full: what is still to be set up needs about 2.5 GB, and 31 MB are free.",
    });
    assert.ok(freeSpace(path.join(temporaryFolder(), "not/there/yet")) > 0);
  });

  it("tells a full disk by its error, whoever says so", () => {
    const folder = temporaryFolder();
    const full = [
      Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" }),
      new SetupError("pip could not install", "", "OSError: [Errno 28] No space left on device"),
    ];
    for (const error of full)
      assert.match(
        (explainFullDisk(error, folder) as SetupError).message,
        /^The disk of .* is full: .* are free\.$/,
      );
    const other = new Error("network");
    assert.equal(explainFullDisk(other, folder), other);
  });
});

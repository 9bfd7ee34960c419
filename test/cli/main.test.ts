import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { projectRoot } from "../../src/setup/project.js";
import { temporaryFolder } from "../setup/sandbox.js";

describe("cli/main", function () {
  this.timeout(30_000);
  const manabi = (...args: string[]) =>
    spawnSync(process.execPath, [path.join(projectRoot, "dist/src/cli/main.js"), ...args], {
      encoding: "utf8",
      env: { ...process.env, JUPYTER_DATA_DIR: data },
    });
  let data: string;
  before(() => {
    data = temporaryFolder();
  });

  it("lists its commands", () => {
    const { status, stdout } = manabi("--help");
    assert.equal(status, 0);
    for (const command of ["lab", "run", "serve", "install", "uninstall", "doctor"])
      assert.match(stdout, new RegExp(`^  ${command} `, "m"));
  });

  it("refuses a command it does not know", () => {
    const { status, stderr } = manabi("docter");
    assert.equal(status, 1);
    assert.match(stderr, /unknown command 'docter'\n\(Did you mean doctor\?\)/);
  });

  it("says which notebook there is not", () => {
    const { status, stderr } = manabi("run", "--output", "new.ipynb", "missing.ipynb");
    assert.equal(status, 2);
    assert.match(stderr, /^There is no notebook missing\.ipynb in .*\.\n$/);
  });

  it("waits for another set-up of the folder", async () => {
    const lock = path.join(projectRoot, ".setup-lock");
    fs.writeFileSync(lock, String(process.pid), { flag: "wx" });
    const main = path.join(projectRoot, "dist/src/cli/main.js");
    const child = spawn(process.execPath, [main, "lab", "--no-browser"]);
    try {
      const [said] = (await once(child.stdout, "data")) as [Buffer];
      assert.match(String(said), new RegExp(`Another command is setting up .*${process.pid}`));
    } finally {
      child.kill();
      fs.rmSync(lock);
    }
  });

  it("registers the kernel for the user, and takes it away", () => {
    const folder = path.join(data, "kernels/manabi");
    assert.equal(manabi("install").stdout, `Registered ${folder}\n`);
    assert.ok(fs.existsSync(path.join(folder, "kernel.json")));
    // Besides, maybe, upstream's tslab in .venv.
    assert.equal(manabi("uninstall").stdout.split("\n")[0], `Removed ${folder}`);
    assert.equal(manabi("uninstall").stdout, "Nothing is registered.\n");
  });

  it("gives the doctor's findings to programs, and the exit code says the same", () => {
    const { status, stdout } = manabi("doctor", "--json");
    const findings = JSON.parse(stdout) as { name: string; status: string }[];
    assert.equal(findings.length, 9);
    assert.equal(status, findings.some((finding) => finding.status === "missing") ? 1 : 0);
  });
});

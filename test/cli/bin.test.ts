import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { projectRoot } from "../../src/setup/project.js";
import { temporaryFolder } from "../setup/sandbox.js";

describe("bin/manabi.js", () => {
  const source = path.join(projectRoot, "bin/manabi.js");
  const copied = (): string => {
    const root = temporaryFolder();
    fs.mkdirSync(path.join(root, "bin"));
    fs.copyFileSync(source, path.join(root, "bin/manabi.js"));
    fs.writeFileSync(path.join(root, "package.json"), '{ "type": "module" }');
    return root;
  };
  const run = (root: string, ...args: string[]) =>
    spawnSync(process.execPath, [path.join(root, "bin/manabi.js"), ...args], { encoding: "utf8" });

  it("is an executable of the repository, and shows what there is", () => {
    if (process.platform !== "win32") assert.equal(fs.statSync(source).mode & 0o111, 0o111);
    const { status, stdout } = run(projectRoot);
    assert.equal(status, 0);
    assert.match(stdout, /doctor/);
    assert.match(run(projectRoot, "--version").stdout, /^\d+\.\d+\.\d+\n$/);
  });

  it("says what to run before the first set-up", () => {
    const root = copied();
    const { status, stderr } = run(root, "doctor");
    assert.equal(status, 1);
    assert.equal(stderr, `Manabi is not set up yet. To mend it, run: cd ${root} && npm start\n`);
  });

  it("says how to repair what has gone", () => {
    const root = copied();
    fs.mkdirSync(path.join(root, "dist/src/cli"), { recursive: true });
    fs.mkdirSync(path.join(root, "node_modules"));
    fs.writeFileSync(path.join(root, "dist/src/cli/main.js"), 'import "commander";');
    const { status, stderr } = run(root, "doctor");
    assert.equal(status, 1);
    assert.match(stderr, /Cannot find package 'commander'.* && npm run setup -- --repair\n$/);
  });
});

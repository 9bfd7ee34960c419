import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { installKernel, installTslab, uninstallKernels, userJupyterFolder } from "../../src/cli/install.js";
import { bareProject, temporaryFolder } from "../setup/sandbox.js";

describe("cli/install", () => {
  it("knows where each platform's Jupyter looks for a user's kernels", () => {
    assert.equal(userJupyterFolder({}, "linux", "/home/u"), "/home/u/.local/share/jupyter");
    assert.equal(userJupyterFolder({ XDG_DATA_HOME: "/data" }, "linux", "/home/u"), "/data/jupyter");
    assert.equal(userJupyterFolder({}, "darwin", "/Users/u"), "/Users/u/Library/Jupyter");
    assert.equal(userJupyterFolder({ APPDATA: "/roaming" }, "win32", "/u"), "/roaming/jupyter");
    assert.equal(userJupyterFolder({ JUPYTER_DATA_DIR: "/mine" }, "linux", "/home/u"), "/mine");
  });

  it("registers, again without harm, and takes away only its own", async () => {
    const [project, user] = [bareProject(), temporaryFolder()];
    const other = path.join(user, "kernels/python3/kernel.json");
    fs.mkdirSync(path.dirname(other), { recursive: true });
    fs.writeFileSync(other, "{}");
    const folder = path.join(user, "kernels/manabi");
    for (let i = 0; i < 2; i++) assert.equal(await installKernel(project, user, false), folder);
    const { argv } = JSON.parse(fs.readFileSync(path.join(folder, "kernel.json"), "utf8")) as {
      argv: string[];
    };
    assert.equal(argv[1], project.kernelMain);

    assert.deepEqual(await uninstallKernels(project, user), { removed: [folder], left: [] });
    assert.deepEqual(await uninstallKernels(project, user), { removed: [], left: [] });
    assert.deepEqual(fs.readdirSync(path.join(user, "kernels")), ["python3"]);
  });

  it("does not replace another copy's kernel unless forced, or that copy is gone", async () => {
    const [first, second, user] = [bareProject(), bareProject(), temporaryFolder()];
    fs.mkdirSync(path.dirname(first.kernelMain), { recursive: true });
    fs.writeFileSync(first.kernelMain, "");
    await installKernel(first, user, false);
    await assert.rejects(installKernel(second, user, false), {
      message: new RegExp(
        `kernels/manabi is registered already, by another copy of Manabi \\(${first.kernelMain}\\)`,
      ),
      fix: "To replace it: npm run manabi -- install --force",
    });
    await installKernel(second, user, true);
    fs.rmSync(first.root, { recursive: true });
    await installKernel(second, user, false);
  });

  it("registers upstream's tslab in .venv, for the same lessons there", async () => {
    const project = bareProject();
    const folder = await installTslab(project);
    assert.equal(folder, path.join(project.venv, "share/jupyter/kernels/tslab"));
    const { argv } = JSON.parse(fs.readFileSync(path.join(folder, "kernel.json"), "utf8")) as {
      argv: string[];
    };
    const tslab = path.join(project.root, "node_modules/tslab/bin/tslab");
    assert.deepEqual(argv, [project.node, tslab, "kernel", "--config-path", "{connection_file}"]);
    assert.deepEqual(await uninstallKernels(project, temporaryFolder()), { removed: [folder], left: [] });
  });

  it("neither replaces nor removes a kernel of somebody else, nor stumbles over a broken one", async () => {
    const project = bareProject();
    for (const content of [
      '{ "argv": ["python", "-m", "their_manabi"] }',
      "{",
      "null",
      '{ "argv": 3 }',
      undefined,
    ]) {
      const user = temporaryFolder();
      const folder = path.join(user, "kernels/manabi");
      fs.mkdirSync(folder, { recursive: true });
      if (content !== undefined) fs.writeFileSync(path.join(folder, "kernel.json"), content);
      await assert.rejects(installKernel(project, user, false), {
        message: /kernels\/manabi is not this kernel: it/,
        fix: /install --force/,
      });
      const { removed, left } = await uninstallKernels(project, user);
      assert.deepEqual([removed, left.length], [[], 1]);
      assert.equal(await installKernel(project, user, true), folder);
      assert.deepEqual((await uninstallKernels(project, user)).removed, [folder]);
    }
  });

  it("takes away the kernel of a clone that was moved, and leaves that of another clone", async () => {
    const [moved, other, user] = [bareProject(), bareProject(), temporaryFolder()];
    await installKernel(moved, user, false);
    fs.mkdirSync(path.dirname(moved.kernelMain), { recursive: true });
    fs.writeFileSync(moved.kernelMain, "");
    const { removed, left } = await uninstallKernels(other, user);
    assert.deepEqual(removed, []);
    assert.match(left[0]!, /it belongs to another copy of Manabi/);
    fs.rmSync(moved.root, { recursive: true });
    assert.equal((await uninstallKernels(other, user)).removed.length, 1);
  });

  it("says which folder it cannot write", async () => {
    const file = path.join(temporaryFolder(), "file");
    fs.writeFileSync(file, "");
    await assert.rejects(installKernel(bareProject(), path.join(file, "jupyter"), false), {
      message: /file\/jupyter cannot be written/,
      fix: /JUPYTER_DATA_DIR=FOLDER/,
    });
  });
});

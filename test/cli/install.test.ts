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

    assert.deepEqual(uninstallKernels(project, user), [folder]);
    assert.deepEqual(uninstallKernels(project, user), []);
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
      fix: "To replace it: npx manabi install --force",
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
    assert.deepEqual(uninstallKernels(project, temporaryFolder()), [folder]);
  });
});

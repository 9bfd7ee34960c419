import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { strToU8, zipSync } from "fflate";
import { jupyterLabStep } from "../../src/setup/python-environment.js";
import { bareProject, deadIndex, fakeProgram, temporaryFolder } from "./sandbox.js";

describe("setup/python-environment", function () {
  this.timeout(120_000);

  const wantNothing = (root: string) =>
    fs.writeFileSync(path.join(root, "kernel-setup/requirements.txt"), "");

  it("says what failed and what to do when pip gets no answer, and is not done", async () => {
    const project = bareProject({ env: { ...process.env, ...deadIndex } });
    const step = jupyterLabStep(project);
    await assert.rejects(step.run(), {
      name: "SetupError",
      message: /^pip could not install kernel-setup\/requirements\.txt: ERROR: .*jupyterlab/,
      fix: /Check the network .* run the same command again/,
    });
    assert.equal(step.isDone(), false);
  });

  it("is done once, and again only when what it depends on changes", async () => {
    const project = bareProject();
    wantNothing(project.root);
    const step = jupyterLabStep(project);
    assert.equal(step.isDone(), false);
    await step.run();
    assert.equal(step.isDone(), true);
    // Without it Node takes JupyterLab's own scripts for ES modules, by the project's package.json.
    assert.match(fs.readFileSync(path.join(project.venv, "package.json"), "utf8"), /"commonjs"/);
    fs.appendFileSync(path.join(project.root, "kernel-setup/requirements.txt"), "# another\n");
    assert.equal(step.isDone(), false);
  });

  describe("where pip is told to install elsewhere", () => {
    const [home, wheels, elsewhere] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
    const config = path.join(home, ".config/pip/pip.conf");

    before(() => {
      const files = {
        "tiny.py": "",
        "tiny-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
        "tiny-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "tiny-1.0.dist-info/RECORD": "tiny.py,,\ntiny-1.0.dist-info/METADATA,,\n",
      };
      const wheel = zipSync(
        Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])),
      );
      fs.writeFileSync(path.join(wheels, "tiny-1.0-py3-none-any.whl"), wheel);
      fs.mkdirSync(path.dirname(config), { recursive: true });
      fs.writeFileSync(
        config,
        `[global]\ntarget = ${elsewhere}\n[install]\nno-index = true\nfind-links = ${wheels}\n`,
      );
    });

    const { PATH } = process.env;
    const told: Record<string, NodeJS.ProcessEnv> = {
      "by the user's pip.conf": { HOME: home },
      "by a pip.conf that a variable names": { HOME: temporaryFolder(), PIP_CONFIG_FILE: config },
      "by variables, of Python too": {
        HOME: home,
        PIP_TARGET: elsewhere,
        PIP_PREFIX: elsewhere,
        PIP_USER: "1",
        PYTHONPATH: elsewhere,
        PYTHONHOME: elsewhere,
      },
    };
    for (const [how, env] of Object.entries(told))
      it(`${how}, it installs into .venv, from the user's index`, async () => {
        const project = bareProject({ env: { PATH, ...env } });
        fs.writeFileSync(path.join(project.root, "kernel-setup/requirements.txt"), "tiny==1.0\n");
        await jupyterLabStep(project).run();
        assert.deepEqual(fs.readdirSync(elsewhere), []);
        assert.match(
          fs.readdirSync(project.venv, { recursive: true }).join("\n"),
          /site-packages\/tiny\.py$/m,
        );
      });
  });

  it("trusts nothing that a killed set-up left, and makes it anew", async () => {
    // An index that accepts and never answers: pip is in the middle for as long as we like.
    const silent = net.createServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const asked = new Promise((resolve) => silent.once("connection", resolve));
    const { port } = silent.address() as net.AddressInfo;
    const env = { ...process.env, ...deadIndex, PIP_INDEX_URL: `http://127.0.0.1:${port}/simple` };
    const project = bareProject();
    const modules = path.join(import.meta.dirname, "../../src/setup");
    const script = `
      const { projectAt } = await import(${JSON.stringify(`${modules}/project.js`)});
      const { jupyterLabStep } = await import(${JSON.stringify(`${modules}/python-environment.js`)});
      await jupyterLabStep(projectAt(${JSON.stringify(project.root)})).run();`;
    // A group of its own, so that pip dies with it.
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      env,
      detached: true,
      stdio: "ignore",
    });
    await asked;
    process.kill(-child.pid!, "SIGKILL");
    silent.close();

    const step = jupyterLabStep(project);
    assert.equal(fs.existsSync(project.python), true, "it was killed in the middle");
    assert.equal(step.isDone(), false);
    const leftOver = path.join(project.venv, "half-made");
    fs.writeFileSync(leftOver, "");
    wantNothing(project.root);
    await step.run();
    assert.equal(step.isDone(), true);
    assert.equal(fs.existsSync(leftOver), false);
  });

  it("says which package Debian keeps venv in", async () => {
    const python = fakeProgram(
      "python3",
      `case "$2" in venv) echo "The virtual environment was not created: ensurepip is not available." >&2; exit 1;; esac; echo 3.11.2`,
    );
    const step = jupyterLabStep(bareProject({ env: { PATH: python } }));
    await assert.rejects(step.run(), {
      message: "Python 3.11.2 (python3) cannot make virtual environments: its venv module is not complete.",
      fix: /apt install python3-venv/,
    });
  });
});

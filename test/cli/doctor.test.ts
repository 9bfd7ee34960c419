import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { kernelSpecStep } from "../../src/setup/kernelspec.js";
import { examine, exitCode, type Finding, findingsTable } from "../../src/cli/doctor.js";
import { bareProject, fakeProgram, temporaryFolder } from "../setup/sandbox.js";

describe("cli/doctor", () => {
  const byName = (findings: Finding[]) =>
    Object.fromEntries(findings.map((finding) => [finding.name, finding]));

  it("finds on a bare clone what is missing, and says what mends it", async () => {
    const findings = await examine(bareProject({ env: { PATH: fakeProgram("python3", "echo 3.12.1") } }));
    const found = byName(findings);
    assert.deepEqual(Object.keys(found), [
      "Node",
      "Python",
      "JupyterLab",
      "npm packages",
      "kernelspec",
      "TensorFlow",
      "compiler",
      "plot renderer",
      "MNIST data",
    ]);
    assert.equal(found.Node!.status, "ok");
    assert.deepEqual(found.Python, {
      name: "Python",
      status: "missing",
      detail: "3.12.1 is there, .venv is not",
      fix: "npm run setup",
    });
    for (const name of ["JupyterLab", "npm packages", "kernelspec", "TensorFlow", "plot renderer"])
      assert.deepEqual([found[name]!.status, found[name]!.fix], ["missing", "npm run setup"], name);
    assert.equal(found.compiler!.status, "warning");
    assert.match(found.compiler!.fix!, /apt install g\+\+/);
    assert.match(found["MNIST data"]!.detail, /missing or cut short: train-images-idx3-ubyte, /);
    assert.equal(exitCode(findings), 1);
  });

  it("says how to get Python where there is none", async () => {
    const { Python } = byName(await examine(bareProject({ env: { PATH: temporaryFolder() } })));
    assert.match(Python!.fix!, /python3-venv/);
  });

  it("notices a kernel that is registered but not built", async () => {
    const project = bareProject();
    await kernelSpecStep(project).run();
    assert.equal(byName(await examine(project)).kernelspec!.fix, "npm run setup -- --repair");
    fs.mkdirSync(path.dirname(project.kernelMain), { recursive: true });
    fs.writeFileSync(project.kernelMain, "");
    assert.equal(byName(await examine(project)).kernelspec!.status, "ok");
  });

  it("tries the parts: what is there and does not work is to be repaired", async () => {
    const project = bareProject();
    for (const file of [project.binding, path.join(project.state, "tensorflow/library/x")]) {
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, Buffer.alloc(1000));
    }
    fs.mkdirSync(path.join(project.root, "node_modules/zeromq"), { recursive: true });
    fs.writeFileSync(path.join(project.state, "tensorflow/status.json"), '{ "kind": "native", "key": "" }');
    const found = byName(await examine(project));
    assert.match(found.TensorFlow!.detail, /the native binding does not load/);
    assert.match(found["npm packages"]!.detail, /do not load: zeromq, oxc-parser/);
    for (const name of ["TensorFlow", "npm packages"])
      assert.deepEqual([found[name]!.status, found[name]!.fix], ["missing", "npm run setup -- --repair"]);
    fs.writeFileSync(path.join(project.state, "tensorflow/status.json"), "");
    const { detail, fix } = byName(await examine(project)).TensorFlow!;
    assert.deepEqual([detail, fix], ["is not set up", "npm run setup -- --repair"]);
  });

  it("passes on why TensorFlow runs on WebAssembly, as a warning", async () => {
    const project = bareProject();
    const status = {
      kind: "wasm",
      tensorflow: null,
      reason: "no C++ compiler. To mend it: install one.",
      key: null,
    };
    fs.mkdirSync(path.join(project.state, "tensorflow"), { recursive: true });
    fs.writeFileSync(path.join(project.state, "tensorflow/status.json"), JSON.stringify(status));
    const { TensorFlow } = byName(await examine(project));
    assert.equal(TensorFlow!.status, "warning");
    assert.match(TensorFlow!.detail, /^WebAssembly backend: no C\+\+ compiler/);
  });

  it("prints a table with the fix below the row, and fails only if something is missing", () => {
    const findings: Finding[] = [
      { name: "Node", status: "ok", detail: "24.0.0" },
      { name: "JupyterLab", status: "warning", detail: "old", fix: "npm run setup" },
    ];
    assert.equal(
      findingsTable(findings),
      "Node        ok       24.0.0\nJupyterLab  warning  old\n                     to mend it: npm run setup",
    );
    assert.equal(exitCode(findings), 0);
  });
});

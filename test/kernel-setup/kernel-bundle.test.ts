import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { kernelBundleStep } from "../../kernel-setup/kernel-bundle.js";
import { projectAt, projectRoot } from "../../kernel-setup/project.js";
import parts = require("../../src/kernel/parts.cjs");
import { KernelProcess } from "../kernel/kernel-process.js";
import { temporaryFolder } from "./sandbox.js";

describe("kernel-setup/kernel-bundle", function () {
  this.timeout(60_000);

  /** A copy of the built kernel, with the project's packages. */
  function builtKernel() {
    const project = projectAt(temporaryFolder());
    const kernel = path.dirname(project.kernelMain);
    fs.cpSync(path.dirname(projectAt(projectRoot).kernelMain), kernel, {
      recursive: true,
      filter: (file) => path.basename(file) !== "bundle",
    });
    fs.cpSync(path.join(projectRoot, "package.json"), path.join(project.root, "package.json"));
    fs.symlinkSync(path.join(projectRoot, "node_modules"), path.join(project.root, "node_modules"));
    return { project, kernel };
  }

  it("makes bundles that need no module of the kernel, and code that V8 takes", async () => {
    const { project, kernel } = builtKernel();
    const step = kernelBundleStep(project);
    assert.equal(step.isDone(), false);
    await step.run();
    assert.equal(step.isDone(), true);
    for (const name of Object.keys(parts.mainModules))
      assert.equal(parts.bundleScript(name, kernel).cachedDataRejected, false, name);

    for (const name of fs.readdirSync(kernel))
      if (!/^bundle$|\.cjs$/.test(name)) fs.rmSync(path.join(kernel, name), { recursive: true });
    const bundled = await KernelProcess.start({ main: project.kernelMain });
    try {
      const front = await bundled.connect();
      const typed = await front.execute("const n: string = 6 * 7;\nn");
      assert.equal(typed.reply["status"], "ok");
      const result = typed.iopub.find(({ header }) => header.msg_type === "execute_result");
      assert.match(JSON.stringify(result?.content["data"]), /42/);
      assert.match(typed.text("stderr"), /TS2322/);
      const known = await front.execute("const url: URL = new Map([[1, Buffer.from('')]])");
      assert.match(known.text("stderr"), /'Map<number, Buffer<ArrayBuffer>>'/);
      // As the bundle names its own frames, they do not show.
      const failed = await front.execute("function fail() { throw new Error('no') }\nfail()");
      assert.doesNotMatch(JSON.stringify(failed.reply["traceback"]), /bundle|\.cjs/);
      assert.equal(bundled.log, "");
      front.close();
    } finally {
      await bundled.dispose();
    }
  });

  it("makes them again after another build, and the kernel does without them until then", async () => {
    const { project, kernel } = builtKernel();
    const step = kernelBundleStep(project);
    await step.run();
    const buildInfo = path.join(project.root, "dist/.tsbuildinfo");
    fs.writeFileSync(buildInfo, "");
    const later = new Date(Date.now() + 60_000);
    fs.utimesSync(buildInfo, later, later);
    assert.equal(parts.hasBundle("front", kernel), false);
    assert.equal(step.isDone(), false);
    fs.utimesSync(buildInfo, 0, 0);
    assert.equal(step.isDone(), true);
  });

  it("has V8 compile them for each version of Node", async () => {
    const { project, kernel } = builtKernel();
    const step = kernelBundleStep(project);
    await step.run();
    const before = fs.statSync(parts.bundleFile("front", kernel)).mtimeMs;
    fs.rmSync(parts.codeFile("front", kernel));
    assert.equal(step.isDone(), false);
    await step.run();
    assert.equal(step.isDone(), true);
    assert.equal(fs.statSync(parts.bundleFile("front", kernel)).mtimeMs, before);
  });
});

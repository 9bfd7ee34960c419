import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { kernelBundleStep } from "../../src/setup/kernel-bundle.js";
import { projectAt, projectRoot } from "../../src/setup/project.js";
import parts = require("../../src/kernel/parts.cjs");
import { KernelProcess } from "../kernel/kernel-process.js";
import { temporaryFolder } from "./sandbox.js";

describe("setup/kernel-bundle", function () {
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

  it("makes them again when a module or a package is another, and the kernel does without them until then", async () => {
    const { project, kernel } = builtKernel();
    const step = kernelBundleStep(project);
    await step.run();
    const buildInfo = path.join(project.root, "dist/.tsbuildinfo");
    fs.writeFileSync(buildInfo, "");
    const builtAgain = () => {
      const later = new Date(Date.now() + 60_000);
      fs.utimesSync(buildInfo, later, later);
    };
    builtAgain();
    assert.equal(step.isDone(), true, "another build of the same");
    const inputs = JSON.parse(fs.readFileSync(parts.inputsFile(kernel), "utf8"));
    assert.ok("front/main.js" in inputs.modules);
    const zeromq = Object.keys(inputs.packages).find((name) => name.endsWith("/zeromq"))!;
    assert.match(inputs.packages[zeromq], /^6\./);
    fs.writeFileSync(
      parts.inputsFile(kernel),
      JSON.stringify({ ...inputs, packages: { ...inputs.packages, [zeromq]: "5.0.0" } }),
    );
    assert.equal(step.isDone(), false, "another package");
    fs.writeFileSync(parts.inputsFile(kernel), JSON.stringify(inputs));
    fs.appendFileSync(path.join(kernel, "front/log.js"), "\n");
    builtAgain();
    assert.equal(parts.hasBundle("front", kernel), false, "another module");
    assert.equal(step.isDone(), false);
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

  it("has a kernel's helper make what is missing or of another V8", async () => {
    const { project, kernel } = builtKernel();
    await kernelBundleStep(project).run();
    fs.rmSync(parts.codeFile("runner", kernel));
    fs.writeFileSync(parts.codeFile("front", kernel), "of another V8");
    execFileSync(process.execPath, [path.join(kernel, "code-cache.cjs")]);
    for (const name of Object.keys(parts.mainModules))
      assert.ok(fs.statSync(parts.codeFile(name, kernel)).size > 10_000, name);
    assert.deepEqual(
      fs.readdirSync(path.join(kernel, "bundle")).filter((name) => name.endsWith(".partial")),
      [],
    );
  });
});

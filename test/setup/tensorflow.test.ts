import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { type Project, projectAt, projectRoot } from "../../src/setup/project.js";
import { tensorFlowLibrary } from "../../src/setup/tensorflow-library.js";
import { findCompiler, linkerArguments } from "../../src/setup/tensorflow-binding.js";
import { readTensorFlowStatus, tensorFlowStep } from "../../src/setup/tensorflow.js";
import { bareProject, deadIndex, fakeProgram, temporaryFolder } from "./sandbox.js";

/** A project with npm packages of its own, whose tfjs-node downloads nothing: `installScript` stands for its script. */
function project(
  env: NodeJS.ProcessEnv,
  installScript = "throw new Error('getaddrinfo ENOTFOUND')",
): Project {
  const made = bareProject({ env });
  const real = projectAt(projectRoot);
  for (const name of ["package.json", "binding"])
    fs.cpSync(path.join(real.tfjsNode, name), path.join(made.tfjsNode, name), { recursive: true });
  fs.mkdirSync(path.join(made.tfjsNode, "scripts"));
  fs.writeFileSync(path.join(made.tfjsNode, "scripts/install.js"), installScript);
  fs.symlinkSync(
    path.join(projectRoot, "node_modules/node-api-headers"),
    path.join(made.root, "node_modules/node-api-headers"),
  );
  fs.mkdirSync(path.dirname(made.python), { recursive: true });
  fs.symlinkSync(real.python, made.python);
  return made;
}

/** Gives `made` the TensorFlow library that set-up fetched for this project, without a copy of its 800 MB. */
function lendLibrary(made: Project): boolean {
  const library = tensorFlowLibrary(projectAt(projectRoot));
  if (!library) return false;
  fs.mkdirSync(path.join(made.state, "tensorflow"), { recursive: true });
  fs.symlinkSync(library.folder, path.join(made.state, "tensorflow/library"));
  return true;
}

/** Loads a built binding in a process of its own and has an operation of ours do what is the same for any seed. */
function runOperation({ binding, env, node }: Project): string {
  const script = `
    const binding = require(process.argv[1]);
    const { TF_FLOAT, TF_INT32, TF_ATTR_FLOAT: type } = binding;
    const x = binding.createTensor([3], TF_FLOAT, Float32Array.of(1, 2, 4));
    const seed = binding.createTensor([2], TF_INT32, Int32Array.of(1, 2));
    const [y] = binding.executeOp("ManabiDropout", [{ name: "rate", type, value: 1e-30 }], [x, seed], 1);
    process.stdout.write(binding.tensorDataSync(y.id).join());`;
  return execFileSync(node, ["-e", script, binding], {
    encoding: "utf8",
    env: { ...env, TF_CPP_MIN_LOG_LEVEL: "2" },
  });
}

/** What a built binding says of a SavedModel whose own options are no ConfigProto. */
function loadWithWrongOptions({ binding, env, node }: Project): string {
  const folder = temporaryFolder();
  fs.writeFileSync(path.join(folder, "session_options.pb"), "no options");
  const script = `
    try { require(process.argv[1]).loadSavedModel(process.argv[2], "serve"); }
    catch (error) { process.stdout.write(error.message); }`;
  return execFileSync(node, ["-e", script, binding, folder], {
    encoding: "utf8",
    env: { ...env, TF_CPP_MIN_LOG_LEVEL: "2" },
  });
}

const noCompiler = { PATH: "/nowhere" };

describe("setup/tensorflow", function () {
  this.timeout(120_000);

  it("builds the binding, loads it, and puts it back without a compiler after npm ci", async function () {
    const made = project(process.env);
    if (!lendLibrary(made)) this.skip();
    const step = tensorFlowStep(made);
    assert.equal(step.isDone(), false);
    assert.match((await step.run()) ?? "", /^TensorFlow 2\.\d+\.\d+, native\.$/);
    const { kind, reason } = readTensorFlowStatus(made)!;
    assert.deepEqual({ kind, reason }, { kind: "native", reason: null });
    assert.equal(step.isDone(), true);
    assert.equal(runOperation(made), "1,2,4");
    assert.match(loadWithWrongOptions(made), /Unparseable ConfigProto/);

    fs.rmSync(path.join(made.tfjsNode, "lib"), { recursive: true });
    assert.equal(step.isDone(), false);
    const later = { ...made, env: noCompiler };
    await tensorFlowStep(later).run();
    assert.equal(tensorFlowStep(later).isDone(), true);
    assert.equal(readTensorFlowStatus(made)!.kind, "native");

    fs.appendFileSync(path.join(made.root, "native/training-operations.cc"), "\n");
    assert.equal(step.isDone(), false, "a source of ours has changed");
  });

  it("goes on with WebAssembly when there is no compiler and no download, and says so in one line", async () => {
    const made = project(noCompiler);
    const step = tensorFlowStep(made);
    assert.match(
      (await step.run()) ?? "",
      /^TensorFlow\.js on WebAssembly .*: no C\+\+ compiler \(g\+\+, c\+\+, clang\+\+\) is in PATH; the download .* failed .*ENOTFOUND.*To mend it: install a C\+\+ compiler .*apt install g\+\+.*\.$/,
    );
    assert.equal(readTensorFlowStatus(made)!.kind, "wasm");
    assert.equal(step.isDone(), true, "does not try in vain at every start");
    const withCompiler = { ...made, env: { PATH: fakeProgram("g++", "exit 1") } };
    assert.equal(tensorFlowStep(withCompiler).isDone(), false, "tries again once there is a compiler");
  });

  it("takes tfjs-node's prebuilt files when they can be had, and leaves its package.json as it was", async function () {
    const { binding } = projectAt(projectRoot);
    const made = project(
      noCompiler,
      `const fs = require("node:fs");
      fs.mkdirSync("lib/napi-v8", { recursive: true });
      fs.symlinkSync(${JSON.stringify(fs.existsSync(binding) ? fs.realpathSync(binding) : binding)}, "lib/napi-v8/tfjs_binding.node");
      fs.writeFileSync("package.json", "{}");`,
    );
    const manifest = fs.readFileSync(path.join(made.tfjsNode, "package.json"), "utf8");
    assert.match(
      (await tensorFlowStep(made).run()) ?? "",
      /^TensorFlow 2\.\d+\.\d+, tfjs-node's prebuilt files: no C\+\+/,
    );
    assert.equal(readTensorFlowStatus(made)!.kind, "prebuilt");
    assert.equal(fs.readFileSync(path.join(made.tfjsNode, "package.json"), "utf8"), manifest);
  });

  it("shows the compiler's own error when it fails", async function () {
    const made = project({
      PATH: fakeProgram("g++", "echo 'tfjs_backend.cc:1: error: too old' >&2; exit 1"),
    });
    if (!lendLibrary(made)) this.skip();
    assert.match(
      (await tensorFlowStep(made).run()) ?? "",
      /could not compile.*tfjs_backend\.cc:1: error: too old.*update the compiler/,
    );
    assert.deepEqual(fs.readdirSync(path.join(made.state, "tensorflow")).toSorted(), [
      "library",
      "status.json",
    ]);
  });

  it("tries again at the next start when the network failed", async () => {
    const made = project({ ...process.env, ...deadIndex });
    const step = tensorFlowStep(made);
    assert.match((await step.run()) ?? "", /pip could not get TensorFlow's wheel .*check the network/);
    assert.equal(readTensorFlowStatus(made)!.kind, "wasm");
    assert.equal(step.isDone(), false);
    assert.deepEqual(
      fs.readdirSync(path.join(made.state, "tensorflow")).filter((name) => name === "library"),
      [],
    );
  });

  it("finds the compiler that CXX names, or the first in PATH", () => {
    const gcc = fakeProgram("g++", "");
    const clang = fakeProgram("clang++", "");
    const PATH = `${temporaryFolder()}:${clang}:${gcc}`;
    assert.equal(findCompiler({ env: { PATH }, platform: "linux" }), `${gcc}/g++`);
    assert.equal(findCompiler({ env: { PATH, CXX: "clang++" }, platform: "linux" }), `${clang}/clang++`);
    assert.equal(findCompiler({ env: { PATH, CXX: `${gcc}/g++` }, platform: "darwin" }), `${gcc}/g++`);
    assert.equal(findCompiler({ env: { PATH }, platform: "win32" }), undefined);
  });

  it("finds the library relative to the binding, so that the folder can be moved", () => {
    const made = projectAt(projectRoot, { platform: "linux" });
    const folder = path.join(made.state, "tensorflow/library");
    const args = linkerArguments(made, { folder, libraries: [] }, [], "out");
    assert.ok(args.includes("-Wl,-rpath,$ORIGIN/../../../../../.manabi/tensorflow/library"), args.join(" "));
  });
});

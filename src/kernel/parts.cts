/**
 * Loads the parts of the kernel: each from its bundle, one file with the code that V8 made of it at set-up
 * (src/setup/kernel-bundle.ts), or from its modules where those are newer or were never bundled.
 *
 * This file and those that start it are CommonJS: Node needs 5 ms less for that than for an ES module.
 */
import fs = require("node:fs");
import Module = require("node:module");
import path = require("node:path");
import vm = require("node:vm");

/** Each part's main module. */
const mainModules: Record<string, string> = {
  front: "./front/main.js",
  runner: "./runner/main.js",
  helper: "./runner/interrupt/helper-thread.js",
  checker: "./types/worker.js",
};

/** Runs a part's code; resolves to what its main module exports. */
async function load(name: string): Promise<object> {
  return hasBundle(name) ? runBundle(name) : ((await import(mainModules[name]!)) as object);
}

/** The bundle of a part; `folder` is the one of this file, dist/src/kernel/. */
const bundleFile = (name: string, folder = __dirname): string => path.join(folder, `bundle/${name}.cjs`);

/** What V8 made of it, good for one version of Node. */
const codeFile = (name: string, folder = __dirname): string =>
  path.join(folder, `bundle/${name}-${process.version}-${process.arch}.code`);

/** What the bundles were made of: the kernel's modules by their hash, packages by their version. */
interface Inputs {
  modules: Record<string, string>;
  packages: Record<string, string>;
}

const inputsFile = (folder = __dirname): string => path.join(folder, "bundle/inputs.json");

/** The present state of modules and packages, whose paths are relative to `folder`; "" for one that is not there. */
function readInputs(modules: string[], packages: string[], folder: string): Inputs {
  const text = (file: string): string | undefined => {
    const found = path.join(folder, file);
    return fs.existsSync(found) ? fs.readFileSync(found, "utf8") : undefined;
  };
  // Seldom needed.
  const { createHash } = require("node:crypto") as typeof import("node:crypto");
  const hash = (file: string) =>
    createHash("sha256")
      .update(text(file) ?? "")
      .digest("hex");
  const version = (name: string): string =>
    (JSON.parse(text(`${name}/package.json`) ?? "{}") as { version?: string }).version ?? "";
  return {
    modules: Object.fromEntries(modules.map((file) => [file, hash(file)])),
    packages: Object.fromEntries(packages.map((name) => [name, version(name)])),
  };
}

/** Whether a part has a bundle that was made of what there is now. */
function hasBundle(name: string, folder = __dirname): boolean {
  const madeAt = (file: string) => fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const bundledAt = madeAt(bundleFile(name, folder));
  // What tsc and npm write last. Where Manabi is a package from npm there is neither.
  const sources = ["../../.tsbuildinfo", "../../../node_modules/.package-lock.json"];
  if (bundledAt === 0 || sources.every((file) => madeAt(path.join(folder, file)) <= bundledAt))
    return bundledAt > 0;
  if (!fs.existsSync(inputsFile(folder))) return false;
  const made = JSON.parse(fs.readFileSync(inputsFile(folder), "utf8")) as Inputs;
  const now = readInputs(Object.keys(made.modules), Object.keys(made.packages), folder);
  if (JSON.stringify(now) !== JSON.stringify(made)) return false;
  try {
    // So that nobody needs to look so closely again.
    fs.utimesSync(bundleFile(name, folder), new Date(), new Date());
  } catch (error) {
    // Somebody else's folder.
    if (!["EACCES", "EPERM", "EROFS"].includes(String((error as NodeJS.ErrnoException).code))) throw error;
  }
  return true;
}

/** A bundle as a script: its value is a function like the one that Node makes of a CommonJS module. */
function bundleScript(name: string, folder = __dirname): vm.Script {
  const source = fs.readFileSync(bundleFile(name, folder), "utf8");
  const code = codeFile(name, folder);
  return new vm.Script(`(function (exports, require, module, __filename, __dirname) { ${source}\n})`, {
    filename: bundleFile(name, folder),
    cachedData: fs.existsSync(code) ? fs.readFileSync(code) : undefined,
  });
}

/** The user's first cells go first. */
const codeDelayMs = 10_000;

/** For a kernel that runs from its bundle: has another process make the code that was missing (code-cache.cts). */
function makeCodeLater(): void {
  setTimeout(() => {
    const { spawn } = require("node:child_process") as typeof import("node:child_process");
    spawn(process.execPath, [path.join(__dirname, "code-cache.cjs")], { stdio: "ignore" }).unref();
  }, codeDelayMs).unref();
}

function runBundle(name: string): object {
  const script = bundleScript(name);
  const run = script.runInThisContext() as (...parameters: unknown[]) => void;
  // False if V8 took the code that it made earlier.
  if (name === "front" && script.cachedDataRejected !== false) makeCodeLater();
  const file = bundleFile(name);
  const loaded = { exports: {} };
  run(loaded.exports, Module.createRequire(file), loaded, file, path.dirname(file));
  return loaded.exports;
}

export = { load, mainModules, bundleFile, codeFile, inputsFile, readInputs, hasBundle, bundleScript };

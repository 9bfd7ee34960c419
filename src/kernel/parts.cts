/**
 * Loads the parts of the kernel: each from its bundle, one file with the code that V8 made of it at set-up
 * (kernel-setup/kernel-bundle.ts), or from its modules where those are newer or were never bundled.
 *
 * This file and those that start it are CommonJS: Node needs 5 ms less for that than for an ES module.
 */
import fs = require("node:fs");
import Module = require("node:module");
import path = require("node:path");
import vm = require("node:vm");

/** Each part's main module. */
const mainModules: Record<string, string> = {
  front: "./front.js",
  runner: "./runner/main.js",
  helper: "./runner/helper-thread.js",
  checker: "./cell/worker.js",
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

/** Whether a part has a bundle that is no older than what it was made of. */
function hasBundle(name: string, folder = __dirname): boolean {
  const madeAt = (file: string) => fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const bundledAt = madeAt(bundleFile(name, folder));
  // What tsc and npm write last. Where Manabi is a package from npm there is neither.
  const sources = ["../../.tsbuildinfo", "../../../node_modules/.package-lock.json"];
  return bundledAt > 0 && sources.every((file) => madeAt(path.join(folder, file)) <= bundledAt);
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

function runBundle(name: string): object {
  const run = bundleScript(name).runInThisContext() as (...parameters: unknown[]) => void;
  const file = bundleFile(name);
  const loaded = { exports: {} };
  run(loaded.exports, Module.createRequire(file), loaded, file, path.dirname(file));
  return loaded.exports;
}

export = { load, mainModules, bundleFile, codeFile, hasBundle, bundleScript };

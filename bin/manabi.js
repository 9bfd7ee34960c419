#!/usr/bin/env node
/**
 * The command `manabi`. Plain JavaScript that needs nothing but Node, because before the first set-up there is nothing
 * else: it says what to run. Then it hands over to dist/src/cli/main.js.
 */
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const root = path.dirname(import.meta.dirname);
const main = path.join(root, "dist/src/cli/main.js");

function fail(what, command) {
  console.error(`${what} To mend it, run: cd ${root} && ${command}`);
  process.exitCode = 1;
}

if (!fs.existsSync(main) || !fs.existsSync(path.join(root, "node_modules")))
  fail("Manabi is not set up yet.", "npm start");
else
  await import(pathToFileURL(main).href).catch((error) => {
    // A package or a part of dist/ that is gone; all else is not set-up's.
    if (!/^ERR_MODULE_NOT_FOUND$|^MODULE_NOT_FOUND$|^ERR_DLOPEN_FAILED$/.test(error.code ?? "")) throw error;
    fail(`A part of Manabi is missing (${error.message.split("\n")[0]}).`, "npm run setup -- --repair");
  });

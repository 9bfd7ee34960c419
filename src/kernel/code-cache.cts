/**
 * The code that V8 makes of the kernel's bundles is good for one V8 only. `node code-cache.cjs` makes what is missing
 * for the Node that runs it: at set-up, or a while after a kernel has started without.
 */
import fs = require("node:fs");
import os = require("node:os");
import v8 = require("node:v8");
import parts = require("./parts.cjs");

/** Has V8 compile all functions of a bundle now, not each when it is first called. */
function makeCode(name: string, folder = __dirname): void {
  v8.setFlagsFromString("--no-lazy");
  const script = parts.bundleScript(name, folder);
  v8.setFlagsFromString("--lazy");
  const file = parts.codeFile(name, folder);
  // Other kernels may be doing the same.
  const partial = `${file}.${process.pid}.partial`;
  fs.writeFileSync(partial, script.createCachedData());
  fs.renameSync(partial, file);
}

const isUsable = (name: string): boolean =>
  fs.existsSync(parts.codeFile(name)) && !parts.bundleScript(name).cachedDataRejected;

if (require.main === module) {
  os.setPriority(os.constants.priority.PRIORITY_LOW);
  for (const name of Object.keys(parts.mainModules)) if (!isUsable(name)) makeCode(name);
}

export = { makeCode };

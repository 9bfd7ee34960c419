/** `%npm` */
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { mustSucceed, type Magics } from "./magic.js";

export const npm: Magics = {
  "%npm": {
    usage: "%npm install name",
    summary: "Runs npm in the notebook's folder. What it installs can be imported at once.",
    argument: "text",
    run({ folder, runProgram }, argument) {
      const prefix = isInManabi(folder) ? "--prefix=. " : "";
      const command = `npm --no-fund --no-audit --no-progress ${prefix}${String(argument)}`;
      return mustSucceed(`npm ${String(argument)}`, runProgram(command));
    },
  },
};

/** Whether npm would take Manabi itself for the project that a folder belongs to, as that of the lessons. */
function isInManabi(folder: string): boolean {
  const manifest = fileURLToPath(new URL("../../../../package.json", import.meta.url));
  for (let at = folder; ; at = dirname(at)) {
    const found = join(at, "package.json");
    if (existsSync(found)) return realpathSync(found) === realpathSync(manifest);
    if (dirname(at) === at) return false;
  }
}

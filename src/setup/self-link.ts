import fs from "node:fs";
import path from "node:path";
import type { Project } from "./project.js";
import type { Step } from "./step.js";

/**
 * Links the project into its own node_modules, as npm would link it into another's: tslab's TypeScript 5.0, which does
 * not know that a package may import itself by name, then finds the types of "manabi".
 */
export function selfLinkStep(project: Project): Step {
  const link = path.join(project.root, "node_modules/manabi");
  return {
    name: "link to itself",
    isDone: () => fs.existsSync(link) && fs.realpathSync(link) === fs.realpathSync(project.root),
    run: async () => {
      fs.rmSync(link, { force: true });
      // "junction": Windows lets everybody make those.
      fs.symlinkSync("..", link, "junction");
    },
  };
}

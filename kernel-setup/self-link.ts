import fs from "node:fs";
import path from "node:path";
import type { Project } from "./project.js";
import type { Step } from "./step.js";

/**
 * Links the project into its own node_modules, as npm would link it into another's: `npx manabi` finds the command
 * line, and tslab's TypeScript 5.0, which does not know that a package may import itself by name, finds its types.
 */
export function selfLinkStep(project: Project): Step {
  const modules = path.join(project.root, "node_modules");
  const main = path.join(project.root, "dist/src/cli/main.js");
  const links = { manabi: project.root, ".bin/manabi": main };
  const isLinked = ([name, target]: [string, string]) => {
    const link = path.join(modules, name);
    return fs.existsSync(link) && fs.realpathSync(link) === fs.realpathSync(target);
  };
  return {
    name: "link to itself",
    isDone: () => Object.entries(links).every(isLinked) && (fs.statSync(main).mode & 0o111) !== 0,
    run: async () => {
      for (const [name, target] of Object.entries(links)) {
        const link = path.join(modules, name);
        fs.rmSync(link, { force: true });
        fs.mkdirSync(path.dirname(link), { recursive: true });
        // "junction": Windows lets everybody make those.
        fs.symlinkSync(
          path.relative(path.dirname(link), target),
          link,
          name === "manabi" ? "junction" : "file",
        );
      }
      fs.chmodSync(main, 0o755);
    },
  };
}

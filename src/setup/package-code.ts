import fs from "node:fs";
import path from "node:path";
import { hasPackageCode, packageCodeFile } from "../tfjs/package-code.js";
import { SetupError, lastLines, runCommand } from "./command.js";
import type { Project } from "./project.js";
import type { Step } from "./step.js";

/** Keeps TensorFlow.js's modules in one file with the code that V8 makes of them: src/tfjs/package-code.ts. */
export function packageCodeStep(project: Project): Step {
  const folder = path.join(project.root, "dist/src/tfjs");
  return {
    name: "TensorFlow.js's code",
    isDone: () => hasPackageCode(folder),
    run: async () => {
      const script = path.join(project.root, "dist/src/setup/record-packages.js");
      const { ok, output } = await runCommand({ ...project, verbose: false }, project.node, [
        script,
        packageCodeFile(folder),
      ]);
      if (!ok || !fs.existsSync(packageCodeFile(folder)))
        throw new SetupError(
          `TensorFlow.js's modules could not be compiled (${lastLines(output)})`,
          "run `npm run manabi doctor` to see what is missing, then run the same command again",
          output,
        );
    },
  };
}

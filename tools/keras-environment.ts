import fs from "node:fs";
import path from "node:path";
import { SetupError, lastLines, runCommand } from "../src/setup/command.js";
import { readIfThere, writeAtomic } from "../src/setup/files.js";
import type { Project } from "../src/setup/project.js";
import { pipInstall } from "../src/setup/python-environment.js";
import { findPython } from "../src/setup/python.js";
import type { Step } from "../src/setup/step.js";

const folder = (project: Project): string => path.join(project.state, "keras");

/** Python with real Keras, in a folder of its own: what the lessons run on stays as it is. */
export const kerasPython = (project: Project): string =>
  path.join(folder(project), project.platform === "win32" ? "Scripts/python.exe" : "bin/python");

/** What `npm run test:keras` compares with. */
export function kerasStep(project: Project): Step {
  const requirements = path.join(project.root, "test/requirements-keras.txt");
  const stamp = path.join(folder(project), "manabi-keras.txt");
  const wanted = () => `${folder(project)}\n${fs.readFileSync(requirements, "utf8")}`;
  return {
    name: "real Keras, to compare with",
    needs: 3e9,
    isDone: () => readIfThere(stamp) === wanted(),
    run: async () => {
      const { command, args } = await findPython(project);
      fs.rmSync(folder(project), { recursive: true, force: true });
      const { ok, output } = await runCommand(project, command, [...args, "-m", "venv", folder(project)]);
      if (!ok)
        throw new SetupError(
          `Python could not make ${folder(project)}: ${lastLines(output)}`,
          "npm run setup tells what Python lacks.",
          output,
        );
      await pipInstall(project, kerasPython(project), requirements);
      writeAtomic(stamp, wanted());
    },
  };
}

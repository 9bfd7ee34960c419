import fs from "node:fs";
import path from "node:path";
import { SetupError, lastLines, runCommand } from "../src/setup/command.js";
import { readIfThere, writeAtomic } from "../src/setup/files.js";
import type { Project } from "../src/setup/project.js";
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
  const install = async (python: string, args: string[]): Promise<void> => {
    const { ok, output } = await runCommand(project, python, args);
    if (!ok)
      throw new SetupError(
        `Python could not install real Keras: ${lastLines(output)}`,
        "Check the network (or pip's index and proxy: `pip config list`), then run the same command again.",
        output,
      );
  };
  return {
    name: "real Keras, to compare with",
    isDone: () => readIfThere(stamp) === wanted(),
    run: async () => {
      const { command, args } = await findPython(project);
      fs.rmSync(folder(project), { recursive: true, force: true });
      await install(command, [...args, "-m", "venv", folder(project)]);
      const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"];
      await install(kerasPython(project), [...pip, "-r", requirements]);
      writeAtomic(stamp, wanted());
    },
  };
}

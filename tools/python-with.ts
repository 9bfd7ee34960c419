import fs from "node:fs";
import path from "node:path";
import { SetupError, lastLines, runCommand } from "../src/setup/command.js";
import { readIfThere, writeAtomic } from "../src/setup/files.js";
import type { Project } from "../src/setup/project.js";
import { pipInstall } from "../src/setup/python-environment.js";
import { findPython } from "../src/setup/python.js";
import type { Step } from "../src/setup/step.js";

/** A Python with packages of its own, for one kind of test. */
export interface PythonWith {
  /** Its folder in .manabi. */
  folder: string;
  /** What the reader sees while it is made. */
  title: string;
  /** Relative to the project. */
  requirements: string;
  /** Bytes of disk. */
  needs: number;
}

/** Where that Python is. */
export const pythonOf = (project: Project, { folder }: PythonWith): string =>
  path.join(project.state, folder, project.platform === "win32" ? "Scripts/python.exe" : "bin/python");

/** Makes it, in a folder of its own: what the lessons run on stays as it is. */
export function pythonStep(project: Project, python: PythonWith): Step {
  const folder = path.join(project.state, python.folder);
  const requirements = path.join(project.root, python.requirements);
  const stamp = path.join(folder, `manabi-${python.folder}.txt`);
  const wanted = () => `${folder}\n${fs.readFileSync(requirements, "utf8")}`;
  return {
    name: python.title,
    needs: python.needs,
    isDone: () => readIfThere(stamp) === wanted(),
    run: async () => {
      const { command, args } = await findPython(project);
      fs.rmSync(folder, { recursive: true, force: true });
      const { ok, output } = await runCommand(project, command, [...args, "-m", "venv", folder]);
      if (!ok)
        throw new SetupError(
          `Python could not make ${folder}: ${lastLines(output)}`,
          "npm run setup tells what Python lacks.",
          output,
        );
      await pipInstall(project, pythonOf(project, python), requirements);
      writeAtomic(stamp, wanted());
    },
  };
}

/** What `npm run test:keras` compares with. */
export const keras: PythonWith = {
  folder: "keras",
  title: "real Keras, to compare with",
  requirements: "test/requirements-keras.txt",
  needs: 3e9,
};

/** What `npm run test:hubs` runs kernels through. */
export const hubs: PythonWith = {
  folder: "hubs",
  title: "JupyterHub, gateways and their like",
  requirements: "test/requirements-hubs.txt",
  needs: 1e9,
};

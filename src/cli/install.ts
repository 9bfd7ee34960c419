import fs from "node:fs";
import path from "node:path";
import { SetupError } from "../setup/command.js";
import {
  kernelFolder,
  type KernelSpec,
  manabiKernelSpec,
  registerKernel,
  tslabKernelSpec,
} from "../setup/kernelspec.js";
import { readIfThere } from "../setup/files.js";
import type { Project } from "../setup/project.js";

/**
 * The folder in which Jupyter looks for a user's kernels (jupyter_core's `jupyter --data-dir`).
 * `JUPYTER_DATA_DIR` names another one.
 */
export function userJupyterFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform, home: string): string {
  if (env.JUPYTER_DATA_DIR) return env.JUPYTER_DATA_DIR;
  if (platform === "darwin") return path.join(home, "Library/Jupyter");
  if (platform === "win32")
    return env.APPDATA ? path.join(env.APPDATA, "jupyter") : path.join(home, ".jupyter/data");
  return path.join(env.XDG_DATA_HOME || path.join(home, ".local/share"), "jupyter");
}

/** The main.js that the registered kernel `manabi` starts, or undefined if none is registered. */
function registeredMain(folder: string): string | undefined {
  const text = readIfThere(path.join(kernelFolder(folder, "manabi"), "kernel.json"));
  return text === undefined ? undefined : (JSON.parse(text) as KernelSpec).argv[1];
}

/**
 * Registers the kernel in `folder`, a Jupyter data folder, so that every Jupyter of this user offers it.
 * @returns the folder made
 * @throws SetupError if another copy of Manabi is registered there and still exists, unless `force`
 */
export async function installKernel(project: Project, folder: string, force: boolean): Promise<string> {
  const main = registeredMain(folder);
  if (main !== undefined && main !== project.kernelMain && fs.existsSync(main) && !force)
    throw new SetupError(
      `${kernelFolder(folder, "manabi")} is registered already, by another copy of Manabi (${main}).`,
      "To replace it: npx manabi install --force",
    );
  return registerKernel(project, folder, "manabi", manabiKernelSpec(project));
}

/** Registers upstream's tslab kernel in .venv, to run the same notebooks there. @returns the folder made */
export const installTslab = (project: Project): Promise<string> =>
  registerKernel(project, project.jupyter, "tslab", tslabKernelSpec(project));

/** Takes away what `installKernel` and `installTslab` registered. @returns the folders removed */
export function uninstallKernels(project: Project, folder: string): string[] {
  const folders = [kernelFolder(folder, "manabi"), kernelFolder(project.jupyter, "tslab")].filter(
    (candidate) => fs.existsSync(candidate),
  );
  for (const found of folders) fs.rmSync(found, { recursive: true });
  return folders;
}

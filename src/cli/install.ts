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

/** Whose the kernel `manabi` in a Jupyter folder is. */
type Registered =
  | { owner: "none" }
  /** Of this or another copy of Manabi, with the main.cjs that it starts. */
  | { owner: "manabi"; main: string }
  /** Somebody else's kernel of that name, or one whose kernel.json says nothing. */
  | { owner: "other"; why: string };

function registered(folder: string): Registered {
  const kernel = kernelFolder(folder, "manabi");
  if (!fs.existsSync(kernel)) return { owner: "none" };
  let argv: unknown;
  try {
    const spec = JSON.parse(
      fs.readFileSync(path.join(kernel, "kernel.json"), "utf8"),
    ) as Partial<KernelSpec> | null;
    argv = spec?.argv;
  } catch (error) {
    if (!(error instanceof SyntaxError) && (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return { owner: "other", why: "its kernel.json cannot be read" };
  }
  const main = Array.isArray(argv) ? (argv[1] as unknown) : undefined;
  // Also of earlier versions.
  if (typeof main === "string" && /[/\\]dist[/\\]src[/\\]kernel[/\\]main\.c?js$/.test(main))
    return { owner: "manabi", main };
  return { owner: "other", why: `it starts ${JSON.stringify(argv)}` };
}

/** Explains where a folder cannot be written. */
async function writing<T>(folder: string, action: () => T | Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!["EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST", "ENOSPC"].includes(code ?? "")) throw error;
    throw new SetupError(
      `${folder} cannot be written (${message}).`,
      "Make it a folder of yours, or name another one: JUPYTER_DATA_DIR=FOLDER npm run manabi install",
    );
  }
}

/**
 * Registers the kernel in `folder`, a Jupyter data folder, so that every Jupyter of this user offers it.
 * @returns the folder made
 * @throws SetupError if another copy of Manabi is registered there and still exists, or somebody else's kernel, unless `force`
 */
export async function installKernel(project: Project, folder: string, force: boolean): Promise<string> {
  const there = registered(folder);
  const isOfOthers =
    there.owner === "other" ||
    (there.owner === "manabi" && there.main !== project.kernelMain && fs.existsSync(there.main));
  if (isOfOthers && !force)
    throw new SetupError(
      there.owner === "other"
        ? `${kernelFolder(folder, "manabi")} is not this kernel: ${there.why}.`
        : `${kernelFolder(folder, "manabi")} is registered already, by another copy of Manabi (${there.main}).`,
      "To replace it: npm run manabi -- install --force",
    );
  return writing(folder, () => registerKernel(project, folder, "manabi", manabiKernelSpec(project)));
}

/** Registers upstream's tslab kernel in .venv, to run the same notebooks there. @returns the folder made */
export const installTslab = (project: Project): Promise<string> =>
  registerKernel(project, project.jupyter, "tslab", tslabKernelSpec(project));

/**
 * Takes away what `installKernel` and `installTslab` registered, of this copy or of one that is gone (this one, before it was
 * moved); kernels of others stay.
 *
 * @returns the folders removed, and what was left alone with the reason
 */
export async function uninstallKernels(
  project: Project,
  folder: string,
): Promise<{ removed: string[]; left: string[] }> {
  const ours = kernelFolder(folder, "manabi");
  const there = registered(folder);
  const isOurs =
    there.owner === "manabi" && (there.main === project.kernelMain || !fs.existsSync(there.main));
  const left =
    there.owner === "none" || isOurs
      ? []
      : [
          `${ours}: ${there.owner === "other" ? there.why : `it belongs to another copy of Manabi (${there.main})`}`,
        ];
  const found = [...(isOurs ? [ours] : []), kernelFolder(project.jupyter, "tslab")].filter((candidate) =>
    fs.existsSync(candidate),
  );
  for (const each of found) await writing(folder, () => fs.rmSync(each, { recursive: true }));
  return { removed: found, left };
}

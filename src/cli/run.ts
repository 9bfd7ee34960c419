import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { runPython } from "../setup/lab.js";
import type { Project } from "../setup/project.js";

/** Options of `jupyter execute` that a value follows. */
const withValue = new Set(["--output", "--timeout", "--startup_timeout", "--kernel_name", "--log-level"]);

/** The notebooks among the arguments. */
const notebooksIn = (args: string[]): string[] =>
  args.filter((each, i) => !each.startsWith("-") && !withValue.has(args[i - 1] ?? ""));

/** What is wrong with the arguments of `manabi run`, if something is. */
export function problemOf(args: string[], folder: string): string | undefined {
  const notebooks = notebooksIn(args);
  const last = args.at(-1)!;
  if (withValue.has(last)) return `${last} needs a value: manabi run lesson.ipynb ${last} VALUE`;
  if (notebooks.length === 0)
    return "No notebook was given. Expected as in: manabi run lesson.ipynb --output done.ipynb";
  for (const notebook of notebooks) {
    const file = path.resolve(folder, notebook);
    if (!existsSync(file)) return `There is no notebook ${notebook} in ${folder}.`;
    if (kernelOf(file) instanceof SyntaxError) return `${notebook} is no notebook: it is not JSON.`;
  }
  return undefined;
}

/** The kernel that a notebook names; undefined if none, as a new file has it. */
function kernelOf(file: string): string | undefined | SyntaxError {
  try {
    const notebook = JSON.parse(readFileSync(file, "utf8")) as {
      metadata?: { kernelspec?: { name?: string } };
    } | null;
    return notebook?.metadata?.kernelspec?.name;
  } catch (error) {
    if (error instanceof SyntaxError) return error;
    throw error;
  }
}

/**
 * Executes notebooks one after the other by `jupyter execute`, each on the kernel that it names, else on ours (nbclient would
 * take Python's).
 *
 * @returns the exit code
 */
export async function runNotebooks(project: Project, args: string[], folder: string): Promise<number> {
  const notebooks = notebooksIn(args);
  const options = args.filter((each) => !notebooks.includes(each));
  const isGiven = options.some((each) => /^--kernel_name\b/.test(each));
  // Where IPython keeps its history; without it, it warns and makes one in the temporary folder.
  mkdirSync(path.join(project.state, "jupyter/ipython"), { recursive: true });
  let code = 0;
  for (const notebook of notebooks) {
    const isUnnamed = kernelOf(path.resolve(folder, notebook)) === undefined;
    const kernel = isUnnamed && !isGiven ? ["--kernel_name=manabi"] : [];
    // As Jupyter's server tells kernels which notebook they are for.
    const env = { ...project.env, JPY_SESSION_NAME: path.resolve(folder, notebook) };
    const execute = ["-m", "jupyter", "execute", ...kernel, ...options, notebook];
    // oxlint-disable-next-line no-await-in-loop -- one after the other, as `jupyter execute` does it
    code ||= await runPython({ ...project, env }, execute, folder);
  }
  return code;
}

import { SetupError, lastLines, runCommand } from "./command.js";
import type { Project } from "./project.js";

/** A Python that can make the .venv. */
export interface Python {
  command: string;
  /** What goes before the command's own arguments: `-3` for Windows' launcher `py`. */
  args: string[];
  version: string;
}

const OLDEST = [3, 10];

const INSTALL_PYTHON =
  "Install Python 3.10 or newer (Debian, Ubuntu: sudo apt install python3 python3-venv; macOS: brew install python; " +
  "Windows: winget install Python.Python.3.13), or name one: MANABI_PYTHON=/path/to/python3 npm start";

/** The commands that may be a Python, best first. */
export function pythonCandidates({
  env,
  platform,
}: Pick<Project, "env" | "platform">): Pick<Python, "command" | "args">[] {
  if (env.MANABI_PYTHON) return [{ command: env.MANABI_PYTHON, args: [] }];
  const versions = ["python3.13", "python3.12", "python3.11", "python3.10"];
  const names = ["python3", ...versions, "python"].map((command) => ({ command, args: [] }));
  return platform === "win32" ? [{ command: "py", args: ["-3"] }, ...names] : names;
}

/**
 * Finds a Python of at least 3.10: `MANABI_PYTHON` if set, else the first that PATH has.
 * @throws SetupError that names every Python found and its version
 */
export async function findPython(project: Project): Promise<Python> {
  const tooOld: string[] = [];
  for (const { command, args } of pythonCandidates(project)) {
    const question = "import sys; print('.'.join(map(str, sys.version_info[:3])))";
    const { ok, output } = await runCommand({ ...project, verbose: false }, command, [
      ...args,
      "-c",
      question,
    ]);
    if (!ok) continue;
    const version = lastLines(output);
    const [major = 0, minor = 0] = version.split(".").map(Number);
    if (major === OLDEST[0] && minor >= OLDEST[1]!) return { command, args, version };
    tooOld.push(`${[command, ...args].join(" ")} is ${version}`);
  }
  throw new SetupError(
    tooOld.length
      ? `JupyterLab needs Python 3.10 or newer, but ${tooOld.join(", ")}.`
      : `JupyterLab needs Python, but none was found${project.env.MANABI_PYTHON ? ` at MANABI_PYTHON=${project.env.MANABI_PYTHON}` : " in PATH"}.`,
    INSTALL_PYTHON,
  );
}

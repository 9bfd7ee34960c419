import fs from "node:fs";
import path from "node:path";
import { SetupError, lastLines, runCommand } from "./command.js";
import { readIfThere, writeAtomic } from "./files.js";
import type { Project } from "./project.js";
import { findPython } from "./python.js";
import type { Step } from "./step.js";

/**
 * What a stamp in .venv says. The real Python behind the .venv is part of it, as packages are useless to another
 * version, and so is the folder: scripts of a .venv that was moved start nothing.
 */
function stampContent(project: Project, requirements: string): string | undefined {
  if (!fs.existsSync(project.python)) return undefined;
  const python = fs.realpathSync(project.python);
  return JSON.stringify({
    folder: project.venv,
    python,
    requirements: fs.readFileSync(requirements, "utf8"),
  });
}

/** A step whose result lives in .venv; its stamp does too, and goes when the .venv goes. */
function stampedStep(
  project: Project,
  name: string,
  requirements: string,
  run: () => Promise<void>,
  needs?: number,
): Step {
  const stamp = path.join(project.venv, `manabi-${path.basename(path.dirname(requirements))}.json`);
  return {
    name,
    ...(needs !== undefined && { needs }),
    isDone: () => {
      const content = stampContent(project, requirements);
      return content !== undefined && content === readIfThere(stamp);
    },
    run: async () => {
      fs.rmSync(stamp, { force: true });
      await run();
      writeAtomic(stamp, stampContent(project, requirements)!);
    },
  };
}

/** Settings of a pip.conf that lead out of a .venv, unset: empty ones count as none. */
const pipSettings = ["global", "install"]
  .map((section) => `[${section}]\ntarget =\nprefix =\nroot =\nuser = false\n`)
  .join("");

/**
 * Has the pip of a virtual environment install into it. Index, proxy and certificates stay the user's.
 *
 * @returns what pip's environment needs besides
 */
export function keepPipInside({ env, platform }: Project, venv: string): NodeJS.ProcessEnv {
  // What the environment itself says goes before what the machine and the user say,
  writeAtomic(path.join(venv, platform === "win32" ? "pip.ini" : "pip.conf"), pipSettings);
  // but not before the file that a variable names.
  const named = env.PIP_CONFIG_FILE && readIfThere(env.PIP_CONFIG_FILE);
  if (!named) return {};
  const file = path.join(venv, "pip-named.conf");
  writeAtomic(file, named.replaceAll(/^(?:target|prefix|root|user)\s*[=:].*$/gm, ""));
  return { PIP_CONFIG_FILE: file };
}

/** Prints which of the packages named are not in this environment, or come from elsewhere. */
const strayPackages = `
import importlib.metadata as metadata, pathlib, sys
for name in sys.argv[1:]:
    try:
        place = pathlib.Path(metadata.distribution(name).locate_file("")).resolve()
    except metadata.PackageNotFoundError:
        print(name, "is not installed")
    else:
        if pathlib.Path(sys.prefix).resolve() not in place.parents:
            print(name, "comes from", place)
`;

/** Installs into a virtual environment and nowhere else, and sees that it did. */
export async function pipInstall(project: Project, python: string, requirements: string): Promise<void> {
  const env = keepPipInside(project, path.dirname(path.dirname(python)));
  const args = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "-r", requirements];
  const { ok, output } = await runCommand(project, python, args, { env });
  const name = path.relative(project.root, requirements);
  if (!ok)
    throw new SetupError(
      `pip could not install ${name}: ${lastLines(output)}`,
      "Check the network (or pip's index and proxy: `pip config list`), then run the same command again.",
      output,
    );
  const names = fs
    .readFileSync(requirements, "utf8")
    .split("\n")
    .flatMap((line) => /^[\w.-]+/.exec(line) ?? []);
  const tried = await runCommand({ ...project, verbose: false }, python, ["-c", strayPackages, ...names]);
  if (!tried.ok || tried.output.trim())
    throw new SetupError(
      `pip ended well, but not all of ${name} is where it belongs: ${lastLines(tried.output)}.`,
      "See where pip puts packages (`pip config list`, variables PIP_*), then run the same command again.",
      tried.output,
    );
}

async function makeVenv(project: Project): Promise<void> {
  const { command, args, version } = await findPython(project);
  const python = [command, ...args].join(" ");
  fs.rmSync(project.venv, { recursive: true, force: true });
  const { ok, output } = await runCommand(project, command, [...args, "-m", "venv", project.venv]);
  // JupyterLab runs scripts in .venv that Node would take for ES modules by the project's package.json.
  if (ok) return writeAtomic(path.join(project.venv, "package.json"), '{ "type": "commonjs" }\n');
  const noVenv = /ensurepip|No module named venv/.test(output);
  throw new SetupError(
    noVenv
      ? `Python ${version} (${python}) cannot make virtual environments: its venv module is not complete.`
      : `Python ${version} (${python}) could not make .venv: ${lastLines(output)}`,
    noVenv
      ? "Debian and Ubuntu keep it in a package: sudo apt install python3-venv. Then run the same command again."
      : "Check the free disk space and the folder's permissions, then run the same command again.",
    output,
  );
}

/** JupyterLab in the project's own .venv. Unless a finished one is there, it is made anew: a half-made one tells nothing. */
export function jupyterLabStep(project: Project): Step {
  const requirements = path.join(project.root, "kernel-setup/requirements.txt");
  return stampedStep(
    project,
    "JupyterLab in .venv",
    requirements,
    async () => {
      await makeVenv(project);
      await pipInstall(project, project.python, requirements);
    },
    500e6,
  );
}

/** What the tests need in .venv besides JupyterLab. */
export function testPackagesStep(project: Project): Step {
  const requirements = path.join(project.root, "test/requirements.txt");
  return stampedStep(project, "Python packages of the tests", requirements, () =>
    pipInstall(project, project.python, requirements),
  );
}

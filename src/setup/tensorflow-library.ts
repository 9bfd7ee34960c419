import fs from "node:fs";
import path from "node:path";
import { NetworkError, SetupError, lastLines, runCommand } from "./command.js";
import { readIfThere, replaceFolder, writeAtomic } from "./files.js";
import { bindOwnSymbols } from "./own-symbols.js";
import type { Project } from "./project.js";
import { keepPipInside } from "./python-environment.js";

/** TensorFlow's C library and headers on disk. */
export interface TensorFlowLibrary {
  folder: string;
  include: string;
  /** The two shared libraries to link with. */
  libraries: string[];
}

const requirementsFile = (project: Project) =>
  path.join(project.root, "kernel-setup/requirements-tensorflow.txt");

/** `MANABI_BIND_SYMBOLS=0` keeps the library as its wheel has it: docs/decisions/own-symbols.md. */
const bindsSymbols = ({ env }: Project) => env.MANABI_BIND_SYMBOLS !== "0";

/** What the folder was made of, and what was done to it. */
const madeOf = (project: Project) =>
  fs.readFileSync(requirementsFile(project), "utf8") +
  (bindsSymbols(project) ? "# with own symbols bound\n" : "");

/** Where the library is, if it is there and from the wheel that the requirements ask for. */
export function tensorFlowLibrary(project: Project): TensorFlowLibrary | undefined {
  const folder = path.join(project.state, "tensorflow/library");
  if (readIfThere(path.join(folder, "requirements.txt")) !== madeOf(project)) return undefined;
  const libraries = fs.readdirSync(folder).filter((name) => /^libtensorflow_(cc|framework)\./.test(name));
  return { folder, include: path.join(folder, "include"), libraries };
}

/**
 * Fetches the Python wheel of TensorFlow and keeps its C library and headers: nothing here runs Python's TensorFlow,
 * so the wheel's dependencies and its Python files are left out, and any Python version will do.
 * @throws SetupError if pip cannot get it, or the wheel has no C library for this platform
 */
export async function fetchTensorFlowLibrary(project: Project): Promise<TensorFlowLibrary> {
  const folder = path.join(project.state, "tensorflow/library");
  await replaceFolder(folder, async (partial) => {
    const wheel = path.join(partial, "wheel");
    // Wheels are built per Python version. The C library in them is the same: take the one for 3.12, run or not.
    const tags = ["--only-binary=:all:", "--python-version", "3.12", "--implementation", "cp"];
    const args = [
      "-m",
      "pip",
      "install",
      "--disable-pip-version-check",
      "--no-input",
      "--no-deps",
      "--no-compile",
    ];
    const { ok, output } = await runCommand(
      project,
      project.python,
      [...args, ...tags, "--target", wheel, "-r", requirementsFile(project)],
      { env: keepPipInside(project, project.venv) },
    );
    if (!ok)
      throw new NetworkError(
        `pip could not get TensorFlow's wheel (${lastLines(output)})`,
        "check the network (or pip's index and proxy), then run the same command again",
        output,
      );
    const unpacked = path.join(wheel, "tensorflow");
    const libraries = fs
      .readdirSync(unpacked)
      .filter((name) => /^libtensorflow_(cc|framework)\.(so\.2|2\.dylib)$/.test(name));
    if (libraries.length !== 2)
      throw new SetupError(
        `TensorFlow's wheel has no C library for ${project.platform}-${project.arch}`,
        "use Linux or macOS for native speed",
      );
    for (const name of [...libraries, "include", "THIRD_PARTY_NOTICES.txt"])
      fs.renameSync(path.join(unpacked, name), path.join(partial, name));
    if (bindsSymbols(project)) bindOwnSymbols(libraries.map((name) => path.join(partial, name)));
    writeAtomic(path.join(partial, "requirements.txt"), madeOf(project));
    fs.rmSync(wheel, { recursive: true });
  });
  return tensorFlowLibrary(project)!;
}

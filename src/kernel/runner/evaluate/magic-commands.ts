/** What magics do; which there are, and how they are found, is in `transform/magic-syntax.ts`. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect, types } from "node:util";
import { magics, noSuchMagic } from "../../transform/magic-syntax.js";
import type { RunMagic } from "../../transform/cell-context.js";
import type { NotebookScope } from "../../transform/scope.js";
import type { MimeBundle } from "../../contracts.js";
import { colorDepth } from "../output/color-support.js";
import { printFrom } from "../output/inherited-output.js";

export interface MagicHost {
  /** The notebook's folder. */
  folder: string;
  scope: NotebookScope;
  display: (bundle: MimeBundle) => void;
  /** Leaves a question about a name to the front process, which knows types. */
  ask: (about: string) => void;
  /** Aborts when the cell is interrupted. */
  interruptSignal: () => AbortSignal;
}

type Argument = Parameters<RunMagic>[1];
type Body = Parameters<RunMagic>[2];

/** `%timeit` makes so many measurements, each of at least this long. */
const timeitRuns = 7;
const timeitRunMs = 100;
/** Values in `%who` are cut to this length. */
const maxPreview = 60;

export function createMagics(host: MagicHost): RunMagic {
  const shell = (command: string) => runProgram(host, command, [], true);
  const mustSucceed = async (name: string, program: ReturnType<typeof runProgram>): Promise<void> => {
    const { code, how } = await program;
    if (code !== 0) throw new Error(`${name} ended ${how}; its output is above.`);
  };
  const actions: Record<string, (argument: Argument, body: Body) => unknown> = {
    "!": async (command) => {
      const { code, how } = await shell(String(command));
      if (code !== 0) process.stderr.write(`(ended ${how})\n`);
    },
    "?": (about) => host.ask(String(about)),
    "%diagnostics": onlyLine,
    "%help": (name) => print(help(String(name))),
    "%npm": (argument) => {
      const prefix = isInManabi(host.folder) ? "--prefix=. " : "";
      const command = `npm --no-fund --no-audit --no-progress ${prefix}${String(argument)}`;
      return mustSucceed(`npm ${String(argument)}`, shell(command));
    },
    "%reset": () => host.scope.delete(),
    "%strict": onlyLine,
    "%time": (code) => timed(asFunction(code)),
    "%timeit": async (code) => print(`${await timeit(asFunction(code))}\n`),
    "%who": () => print(who(host.scope)),
    "%%bash": (_, script) => mustSucceed("bash", runProgram(host, "bash", ["-c", String(script)], false)),
    "%%html": (_, html) => host.display({ "text/html": html, "text/plain": html }),
    "%%markdown": (_, markdown) => host.display({ "text/markdown": markdown, "text/plain": markdown }),
    "%%time": (_, body) => timed(asFunction(body)),
    "%%timeit": async (_, body) => print(`${await timeit(asFunction(body))}\n`),
    "%%writefile": (argument, text) => writeFile(host.folder, String(argument), String(text)),
    "@module": (name, text) => writeModule(host.folder, String(name), String(text)),
    "@browser": () => {
      throw new Error(
        "Cells marked @browser, which tslab runs in the page, do not run here. Show a page with %%html or html(…).",
      );
    },
  };
  return async (name, argument, body) => {
    const action = actions[name];
    if (!action) throw new Error(noSuchMagic(name));
    const result = await action(argument, body);
    return name === "%time" || name === "%%time" ? result : undefined;
  };
}

/** Whether npm would take Manabi itself for the project that a folder belongs to, as that of the lessons. */
function isInManabi(folder: string): boolean {
  const manifest = fileURLToPath(new URL("../../../../../package.json", import.meta.url));
  for (let at = folder; ; at = dirname(at)) {
    const found = join(at, "package.json");
    if (existsSync(found)) return realpathSync(found) === realpathSync(manifest);
    if (dirname(at) === at) return false;
  }
}

/** The front process acts on these, if they are alone in their cells. */
function onlyLine(): never {
  throw new Error("%strict and %diagnostics must each be the only line of a cell.");
}

function print(text: string): void {
  process.stdout.write(text);
}

function asFunction(code: Argument | Body): () => unknown {
  if (typeof code !== "function") throw new TypeError("This magic needs code to run, as in %time f(1).");
  return code;
}

/**
 * Runs a program with its output in the cell. Resolves to its exit code when it has ended, whatever it has left running:
 * that goes on printing.
 */
function runProgram(
  { folder, interruptSignal }: MagicHost,
  program: string,
  args: string[],
  shell: boolean,
): Promise<{ code: number; how: string }> {
  return new Promise((settle, reject) => {
    const color = colorDepth() > 1 ? { FORCE_COLOR: "1" } : {};
    const child = spawn(program, args, {
      cwd: folder,
      shell,
      signal: interruptSignal(),
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...color, ...process.env },
    });
    const reads = (["stdout", "stderr"] as const).map((name) =>
      printFrom(child[name] as Socket, (text) => void process[name].write(text)),
    );
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      for (const read of reads) read();
      settle({ code: code ?? 1, how: signal ? `by ${signal}` : `with exit code ${code}` });
    });
  });
}

async function timed(code: () => unknown): Promise<unknown> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  try {
    return await code();
  } finally {
    const wall = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    print(
      `Wall time: ${duration(wall)} (CPU: ${duration(user / 1000)} user, ${duration(system / 1000)} system)\n`,
    );
  }
}

async function timeit(code: () => unknown): Promise<string> {
  let loops = 1;
  while ((await runLoops(code, loops)) < timeitRunMs && loops < 1e9) loops *= 10;
  const perLoop: number[] = [];
  for (let run = 0; run < timeitRuns; run += 1) perLoop.push((await runLoops(code, loops)) / loops);
  const mean = perLoop.reduce((sum, each) => sum + each, 0) / timeitRuns;
  const deviation = Math.sqrt(perLoop.reduce((sum, each) => sum + (each - mean) ** 2, 0) / timeitRuns);
  return (
    `${duration(mean)} ± ${duration(deviation)} per loop ` +
    `(mean ± standard deviation of ${timeitRuns} runs, ${loops} loop${loops === 1 ? "" : "s"} each)`
  );
}

/** Milliseconds for all loops. */
async function runLoops(code: () => unknown, loops: number): Promise<number> {
  const start = performance.now();
  for (let loop = 0; loop < loops; loop += 1) {
    const result = code();
    if (result instanceof Promise) await result;
  }
  return performance.now() - start;
}

function duration(milliseconds: number): string {
  const units: [size: number, name: string][] = [
    [60_000, "min"],
    [1000, "s"],
    [1, "ms"],
    [1e-3, "µs"],
    [1e-6, "ns"],
  ];
  const [size, name] = units.find(([each]) => milliseconds >= each) ?? [1e-6, "ns"];
  return `${Number((milliseconds / size).toPrecision(3))} ${name}`;
}

function who(scope: NotebookScope): string {
  const names = scope.names();
  if (names.length === 0) return "No cell has declared a name yet.\n";
  const rows = names.map((name) => {
    const value = scope.get(name);
    const text = inspect(value, { depth: 0, breakLength: Infinity }).replace(/\s+/g, " ");
    const preview = text.length > maxPreview ? `${text.slice(0, maxPreview - 1)}…` : text;
    return [name, typeName(value), preview] as const;
  });
  const width = (column: 0 | 1) => Math.max(...rows.map((row) => row[column].length));
  const [nameWidth, typeWidth] = [width(0), width(1)];
  return rows
    .map(([name, type, value]) => `${name.padEnd(nameWidth)}  ${type.padEnd(typeWidth)}  ${value}\n`)
    .join("");
}

function typeName(value: unknown): string {
  if (value === null || typeof value !== "object") return value === null ? "null" : typeof value;
  if (types.isProxy(value)) return "Proxy";
  const prototype: unknown = Object.getPrototypeOf(value);
  const constructor: unknown = prototype && (prototype as { constructor?: unknown }).constructor;
  return typeof constructor === "function" && constructor.name ? constructor.name : "object";
}

function help(name: string): string {
  const all = Object.entries(magics);
  const wanted = all
    .filter(([key]) => name === "" || key.replace(/^%+/, "") === name.replace(/^%+/, ""))
    .map(([, magic]) => magic);
  if (wanted.length === 0) return `${noSuchMagic(name)}\n`;
  const width = Math.max(...wanted.map(({ usage }) => usage.length));
  return wanted.map(({ usage, summary }) => `${usage.padEnd(width)}  ${summary}\n`).join("");
}

/** In place of an earlier version of the module, and of no other file. */
function writeModule(folder: string, name: string, text: string): void {
  if (name === "") throw new Error("A module needs a name, as in /** @module shapes */");
  const path = resolve(folder, `${name}.ts`);
  if (existsSync(path) && !/^\s*\/\*\*[\s*]*@module\b/.test(readFileSync(path, "utf8")))
    throw new Error(
      `${path} is there already, and no cell marked @module has written it. Choose another name.`,
    );
  writeFileSync(path, text.endsWith("\n") ? text : `${text}\n`);
  print(`Wrote ${path}\n`);
}

/** As in IPython: a link is followed, and a file keeps its mode. */
function writeFile(folder: string, argument: string, text: string): void {
  const { path, append } = writeArguments(folder, argument);
  if (!existsSync(dirname(path)))
    throw new Error(`There is no folder ${dirname(path)}. !mkdir -p ${dirname(path)} makes it.`);
  writeFileSync(path, text, { flag: append ? "a" : "w" });
  print(`${append ? "Appended to" : "Wrote"} ${path}\n`);
}

/** `-a` stands before or after the path, which may be quoted and start with `~`. */
function writeArguments(folder: string, argument: string): { path: string; append: boolean } {
  const option = /^(?:-a|--append)\s+|\s+(?:-a|--append)$/;
  const append = option.test(argument);
  const [, , quoted, plain] = /^(["'])(.*)\1$|^(.*)$/s.exec(argument.replace(option, "").trim()) ?? [];
  const name = quoted ?? plain ?? "";
  if (name === "" || /^--?\w+$/.test(name))
    throw new Error("%%writefile needs the path of a file, as in %%writefile notes.txt");
  return { path: resolve(folder, name.replace(/^~(?=\/|$)/, homedir())), append };
}

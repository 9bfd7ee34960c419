// oxlint-disable no-underscore-dangle -- the names of Node's loader
import { isAscii } from "node:buffer";
import fs from "node:fs";
import Module, { createRequire } from "node:module";
import path from "node:path";
import vm from "node:vm";

/** What of Node's loader for CommonJS modules its types leave out. */
interface Loader {
  _extensions: { ".js": Load };
  _resolveFilename: Resolve;
}
type Load = (module: NodeJS.Module, file: string) => void;
type Resolve = (request: string, parent: NodeJS.Module | undefined, ...rest: unknown[]) => string;

const loader = Module as unknown as Loader;

/** What the file begins with, after its own length: where each module is, source first, then the code of V8. */
interface Contents {
  /** Names are what follows the name of the folder node_modules. What is plain ASCII is read fastest as Latin-1. */
  modules: { file: string; encoding: "latin1" | "utf8"; sourceLength: number; codeLength: number }[];
  /** What `require` finds: `[index of the module that asks, what it asks for, index of the module]`. */
  requests: [from: number, request: string, to: number][];
}

const LENGTH_DIGITS = 10;

const opening = "(function (exports, require, module, __filename, __dirname) { ";

/** Where set-up keeps the modules; the code is good for one version of Node. */
export const packageCodeFile = (folder: string): string =>
  path.join(folder, `packages-${process.version}-${process.arch}.code`);

const packagesFolder = (folder: string): string => path.join(folder, "../../../node_modules");

/** Whether the modules are kept, and since npm last installed something and this module was last compiled. */
export function hasPackageCode(folder: string): boolean {
  const madeAt = (file: string) => fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const madeFrom = [
    path.join(packagesFolder(folder), ".package-lock.json"),
    path.join(folder, "package-code.js"),
  ];
  return madeFrom.every((file) => madeAt(file) < madeAt(packageCodeFile(folder)));
}

/**
 * `require` for a package of many and large modules: TensorFlow.js is 300 files, 8 MB of JavaScript. If set-up kept them
 * (src/setup/package-code.ts), they come from one file with the code that V8 made of them, without a search for each.
 * They are the same modules, known to everybody's `require` under their own names.
 */
export function requireWithCode(id: string, require: NodeJS.Require): unknown {
  if (recording) return recording.require(id, require);
  const folder = import.meta.dirname;
  if (ignored || !hasPackageCode(folder)) return require(id);
  const kept = new KeptModules(packageCodeFile(folder));
  try {
    return withLoader(
      (original) => (module, file) => {
        const script = kept.script(file);
        if (script) run(module, file, script);
        else original(module, file);
      },
      (original) =>
        (request, parent, ...rest) =>
          kept.find(request, parent) ?? original(request, parent, ...rest),
      () => require(id),
    );
  } finally {
    kept.close();
  }
}

let ignored = false;

/** For who has Node find other modules in their place: `requireWithCode` is plain `require` from now on. */
export function ignorePackageCode(): void {
  ignored = true;
}

/** The modules in a file of set-up, read one by one. */
class KeptModules {
  readonly #descriptor: number;
  #buffer = Buffer.alloc(0);
  readonly #places = new Map<string, Contents["modules"][number] & { start: number }>();
  readonly #found: Map<string, string>;

  constructor(file: string) {
    this.#descriptor = fs.openSync(file, "r");
    const length = Number(this.#read(0, LENGTH_DIGITS).toString());
    const { modules, requests } = JSON.parse(this.#read(LENGTH_DIGITS, length).toString()) as Contents;
    const packages = fs.realpathSync(packagesFolder(path.dirname(file)));
    const files = modules.map((module) => packages + module.file);
    let start = LENGTH_DIGITS + length;
    modules.forEach((module, i) => {
      if (module.sourceLength > 0) this.#places.set(files[i]!, { start, ...module });
      start += module.sourceLength + module.codeLength;
    });
    this.#found = new Map(requests.map(([from, request, to]) => [`${files[from]}\0${request}`, files[to]!]));
  }

  /** Good until the next call. */
  #read(start: number, length: number): Buffer {
    if (this.#buffer.length < length) this.#buffer = Buffer.allocUnsafe(2 * length);
    fs.readSync(this.#descriptor, this.#buffer, 0, length, start);
    return this.#buffer.subarray(0, length);
  }

  find(request: string, parent: NodeJS.Module | undefined): string | undefined {
    return this.#found.get(`${parent?.filename}\0${request}`);
  }

  script(file: string): vm.Script | undefined {
    const place = this.#places.get(file);
    if (!place) return undefined;
    const { start, encoding, sourceLength, codeLength } = place;
    const source = this.#read(start, sourceLength).toString(encoding);
    return compile(file, source, this.#read(start + sourceLength, codeLength));
  }

  close(): void {
    fs.closeSync(this.#descriptor);
  }
}

/** Calls `action` while Node loads CommonJS modules in another way. */
function withLoader<T>(
  load: (original: Load) => Load,
  resolve: (original: Resolve) => Resolve,
  action: () => T,
): T {
  const { _extensions, _resolveFilename } = loader;
  const loadScript = _extensions[".js"];
  _extensions[".js"] = load(loadScript);
  loader._resolveFilename = resolve(_resolveFilename);
  try {
    return action();
  } finally {
    _extensions[".js"] = loadScript;
    loader._resolveFilename = _resolveFilename;
  }
}

/** Makes a script of a module whose source is within `opening` and `})`. */
const compile = (filename: string, source: string, cachedData?: Buffer): vm.Script =>
  new vm.Script(source, {
    filename,
    columnOffset: -opening.length,
    cachedData,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });

/** Does for a module what Node does. */
function run(module: NodeJS.Module, file: string, script: vm.Script): void {
  const main = script.runInThisContext() as (...parameters: unknown[]) => void;
  const require = (id: string) => module.require(id) as unknown;
  // Few modules ask for more than that, and to make it takes as long as to load a small one.
  for (const name of ["resolve", "cache", "extensions", "main"] as const)
    Object.defineProperty(require, name, { get: () => createRequire(file)[name] });
  main.call(module.exports, module.exports, require, module, file, path.dirname(file));
}

/** Notes what `requireWithCode` loads, so that set-up can keep it. */
class Recording {
  readonly #scripts = new Map<string, { source: string; script: vm.Script }>();
  readonly #requests = new Map<string, [from: string, request: string, to: string]>();

  require(id: string, require: NodeJS.Require): unknown {
    return withLoader(
      (original) => (module, file) => {
        const content = fs.readFileSync(file, "utf8");
        // Node knows what else a file may begin with.
        if (/^[\uFEFF#]/.test(content)) return original(module, file);
        const source = `${opening}${content}\n})`;
        const script = compile(file, source);
        this.#scripts.set(file, { source, script });
        run(module, file, script);
      },
      (original) =>
        (request, parent, ...rest) => {
          const file = original(request, parent, ...rest);
          if (parent?.filename) {
            this.#requests.set(`${parent.filename}\0${request}`, [parent.filename, request, file]);
          }
          return file;
        },
      () => require(id),
    );
  }

  /** The file that set-up keeps, with the code of all functions that were called until now. */
  write(file: string): void {
    const packages = fs.realpathSync(packagesFolder(path.dirname(file)));
    const isKept = (name: string) => name.startsWith(packages);
    const requests = [...this.#requests.values()].filter(([from, , to]) => isKept(from) && isKept(to));
    const scripts = [...this.#scripts.keys()].filter(isKept);
    const files = [...new Set([...scripts, ...requests.flatMap(([from, , to]) => [from, to])])];
    const parts = files.map((name) => {
      const one = this.#scripts.get(name);
      return {
        source: Buffer.from(one?.source ?? ""),
        code: one?.script.createCachedData() ?? Buffer.alloc(0),
      };
    });
    const contents: Contents = {
      modules: files.map((name, i) => ({
        file: name.slice(packages.length),
        encoding: isAscii(parts[i]!.source) ? "latin1" : "utf8",
        sourceLength: parts[i]!.source.length,
        codeLength: parts[i]!.code.length,
      })),
      requests: requests.map(([from, request, to]) => [files.indexOf(from), request, files.indexOf(to)]),
    };
    const json = Buffer.from(JSON.stringify(contents));
    const length = Buffer.from(String(json.length).padStart(LENGTH_DIGITS));
    const bytes = [length, json, ...parts.flatMap(({ source, code }) => [source, code])];
    fs.writeFileSync(`${file}.partial`, Buffer.concat(bytes));
    fs.renameSync(`${file}.partial`, file);
  }
}

let recording: Recording | undefined;

/** From now on `requireWithCode` notes what it loads. */
export function recordPackages(): Recording {
  return (recording = new Recording());
}

/**
 * What `import` and `require` mean in cells: relative to the notebook's folder, with Manabi's own packages for a
 * folder that has none, and local modules read again when they have been edited.
 */
import Module, { createRequire, isBuiltin } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Script, constants } from "node:vm";
import { existsSync, stringify } from "../../intrinsics.js";
import type { LoadedModule, ModuleNamespace } from "../../transform/cell-context.js";
import { withoutNpm } from "../../transform/npm-specifier.js";
import { trace } from "../output/trace.js";
import * as tslab from "../compat/tslab.js";
import { namespaceOf } from "./commonjs-interop.js";
import { isPath, isUrl, needsTransform } from "./local-graph.js";
import { LocalModules } from "./local-modules.js";
import { preparation, sharedFile, shareWithPackages } from "./shared-packages.js";
import {
  findPackage,
  manabiFolder,
  notFoundCode,
  packageName,
  resolvePackage,
  type Kind,
} from "./package-resolution.js";

type ImportOptions = { with?: Record<string, string> };
type ImportFunction = (specifier: string, options?: ImportOptions) => Promise<ModuleNamespace>;

/** `import()` as it is in the file `filename`: Node resolves it from where a script is said to be. */
function importFunction(filename: string): ImportFunction {
  return new Script("(specifier, options) => import(specifier, options)", {
    filename,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }).runInThisContext() as ImportFunction;
}

const requireFromManabi = createRequire(import.meta.url);
const { cache } = requireFromManabi;

export class CellModules {
  readonly meta: ImportMeta;
  readonly require: NodeJS.Require;
  /** What a script that is pasted into a cell finds as `module`. */
  readonly module: NodeJS.Module;
  private readonly local = new LocalModules();
  private readonly importFromFolder: ImportFunction;

  constructor(folder: string) {
    const filename = join(folder, "notebook.ts");
    this.meta = {
      url: pathToFileURL(filename).href,
      filename,
      dirname: folder,
      resolve: (specifier) => this.resolve(specifier),
    };
    this.importFromFolder = importFunction(filename);
    shareWithPackages();
    this.module = Object.assign(new Module(filename), { filename });
    this.require = this.makeRequire(createRequire(filename));
  }

  /** `import()` in a cell. */
  async import(specifier: unknown, options?: ImportOptions): Promise<ModuleNamespace> {
    return (await this.load(specifier, options)).module;
  }

  /** What an import declaration gets: the module in an object, since a module may export `then`. */
  async load(specifier: unknown, options?: ImportOptions): Promise<LoadedModule> {
    const name = withoutNpm(String(specifier));
    if (name === "tslab") return { module: tslab };
    if (isBuiltin(name)) return { module: await this.importFromFolder(name, options) };
    const local = this.local.find(name, this.meta.url);
    if (!local && isUrl(name)) return { module: await this.importFromFolder(name, options) };
    const shared = local ? undefined : sharedFile(name, this.meta.dirname, "import");
    if (shared !== undefined) await this.importFromFolder(preparation());
    const path = local?.path ?? shared ?? this.packagePath(name, "import");
    // Installed, but without this file: Node says what is wrong with it.
    if (path === undefined) return { module: await this.importFromFolder(name, options) };
    if (!local && needsTransform(path)) this.local.start();
    const url = local ? this.local.urlToImport(local) : pathToFileURL(path).href;
    trace(() => `import of ${name} is ${url}`);
    const attributes = path.endsWith(".json") ? { type: "json" } : options?.with;
    try {
      const { module } = await this.importFromFolder(inNamespace(url, attributes));
      return interoperable(module as ModuleNamespace, path);
    } finally {
      if (local) this.local.rememberVersions();
    }
  }

  /**
   * The file of a package, of the folder's or else of Manabi's own ones; undefined if the package lacks it.
   * @throws Error if there is no such package
   */
  private packagePath(name: string, kind: Kind): string | undefined {
    const { dirname } = this.meta;
    const path = resolvePackage(name, dirname, kind);
    if (path !== undefined || findPackage(name, dirname)) return path;
    const own = resolvePackage(name, manabiFolder, kind);
    if (own === undefined && !findPackage(name, manabiFolder)) throw missingPackage(name, dirname, kind);
    return own;
  }

  /** `import.meta.resolve` */
  private resolve(specifier: string): string {
    if (isBuiltin(specifier)) return specifier.startsWith("node:") ? specifier : `node:${specifier}`;
    if (isPath(specifier)) return new URL(specifier, this.meta.url).href;
    if (isUrl(specifier)) return new URL(specifier).href;
    const path = this.local.find(specifier, this.meta.url)?.path ?? this.packagePath(specifier, "import");
    if (path === undefined) throw missingPackage(specifier, this.meta.dirname, "import");
    return pathToFileURL(path).href;
  }

  private makeRequire(fromFolder: NodeJS.Require): NodeJS.Require {
    const resolve = (name: string, options?: { paths?: string[] }): string => {
      const isShared = sharedFile(name, this.meta.dirname, "require") !== undefined;
      if (options?.paths || isBuiltin(name) || isShared || isInstalledForAll(name))
        return fromFolder.resolve(name, options);
      const local = this.local.find(name, this.meta.url, "require");
      return local
        ? this.local.pathToRequire(local)
        : (this.packagePath(name, "require") ?? fromFolder.resolve(name));
    };
    const requireInCell = (name: string): unknown => {
      if (name === "tslab") return tslab;
      if (isBuiltin(name)) return fromFolder(name);
      try {
        return fromFolder(resolve(name));
      } finally {
        this.local.rememberVersions();
      }
    };
    return Object.assign(requireInCell, fromFolder, {
      resolve: Object.assign(resolve, fromFolder.resolve),
      main: this.module,
    }) as NodeJS.Require;
  }
}

/** A module that hands over the namespace of another, which is not awaited so. */
function inNamespace(url: string, attributes: ImportOptions["with"]): string {
  const given = attributes ? ` with ${stringify(attributes)}` : "";
  return `data:text/javascript,${encodeURIComponent(`export * as module from ${stringify(url)}${given}`)}`;
}

function interoperable(module: ModuleNamespace, path: string): LoadedModule {
  const value = module["default"];
  if (path.endsWith(".json") && typeof value === "object" && value !== null && !Array.isArray(value))
    return { module: namespaceOf(value) };
  const exports: unknown = cache[path]?.exports;
  const isCommonJs = exports === value && exports !== null;
  if (!isCommonJs || (typeof exports !== "object" && typeof exports !== "function")) return { module };
  return { module: namespaceOf(exports), exports: exports as ModuleNamespace };
}

/** Whether `require` finds a package beside those of folders: by NODE_PATH, for example. */
function isInstalledForAll(name: string): boolean {
  // Not in the types.
  const { globalPaths } = Module as unknown as { globalPaths: string[] };
  return !isPath(name) && globalPaths.some((folder) => existsSync(join(folder, packageName(name))));
}

function missingPackage(specifier: string, folder: string, kind: Kind): Error {
  const name = packageName(specifier);
  const message = name.startsWith("#")
    ? `The package.json of ${folder} has no "imports" for '${specifier}' that lead to a file.`
    : `Cannot find the package '${name}' from ${folder}. Install it in a cell: %npm install ${name} ` +
      "(no restart is needed).";
  return Object.assign(new Error(message), { code: notFoundCode[kind] });
}

/** Local modules as cells import and require them. Loads the TypeScript transform only when a cell needs it. */
import Module, { createRequire, isBuiltin, register } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { readFileSync } from "../../intrinsics.js";
import * as graph from "./local-graph.js";
import { findPackage, manabiFolder, notFoundCode, type Kind } from "./package-resolution.js";
import { setSourceFinder } from "../evaluate/stack-frames.js";

const requireFromManabi = createRequire(import.meta.url);
const { cache } = requireFromManabi;

const extensionsKey = "_extensions";
const compileKey = "_compile";
const resolveKey = "_resolveFilename";
type Resolve = (
  this: unknown,
  request: string,
  parent: { filename?: string | null } | undefined,
  ...others: unknown[]
) => string;
/** Node's table of what `require` does with a file, the method that compiles it, and how `require` finds it. */
interface ModuleInternals {
  [extensionsKey]: Record<string, (module: CompilingModule, path: string) => void>;
  [resolveKey]: Resolve;
}
interface CompilingModule {
  [compileKey](code: string, path: string, format?: "module" | "commonjs"): void;
}

export class LocalModules {
  /** Versions of the local files in `require.cache`. */
  private readonly required = new Map<string, string>();
  private hooked = false;

  /** Puts the loader's hooks in place, on the first use of a local module. */
  start(): void {
    if (this.hooked) return;
    this.hooked = true;
    register(new URL("module-hooks.js", import.meta.url));
    const internals = Module as unknown as ModuleInternals;
    const extensions = internals[extensionsKey];
    internals[resolveKey] = resolvingLikeImport(internals[resolveKey]);
    for (const extension of graph.transformedExtensions) {
      extensions[extension] = (module, path) => {
        const { code, format } = graph.transformFile(path, readFileSync(path, "utf8"), "require");
        module[compileKey](code, path, format);
      };
    }
    setSourceFinder((fileName) => {
      const path = graph.pathOfVersionedUrl(fileName);
      if (path === undefined) return undefined;
      const code = readFileSync(path, "utf8");
      const isCurrent = fileName === graph.versionedUrl({ path, suffix: "" });
      return {
        name: path,
        // The lines of an older version are gone.
        code: isCurrent ? code : "",
        loadMap: () =>
          isCurrent && graph.needsTransform(path) ? graph.transformFile(path, code).map : undefined,
      };
    });
  }

  /**
   * The file of the user that a specifier means; undefined if it means a package.
   * @throws Error if it is a path without a file
   */
  find(specifier: string, parentUrl: string, kind: Kind = "import"): graph.LocalFile | undefined {
    const file = graph.resolveLocal(specifier, parentUrl, kind);
    if (file === undefined && graph.isPath(specifier)) throw missingFile(specifier, parentUrl, kind);
    return file;
  }

  /** The URL under which the present version of a file is imported. */
  urlToImport(file: graph.LocalFile): string {
    this.start();
    this.forgetEdited();
    return graph.versionedUrl(file);
  }

  /** The file that `require` must load. */
  pathToRequire({ path }: graph.LocalFile): string {
    this.start();
    this.forgetEdited();
    return path;
  }

  /** Makes `require` read edited files again, and all local files that use them. */
  private forgetEdited(): void {
    for (const [path, version] of this.required) {
      if (graph.versionOf(path) === version) continue;
      this.required.delete(path);
      delete cache[path];
    }
  }

  /** Notes what `require` has loaded by now. */
  rememberVersions(): void {
    for (const path of Object.keys(cache)) {
      if (this.required.has(path) || !graph.isLocalUrl(pathToFileURL(path).href)) continue;
      this.required.set(path, graph.versionOf(path));
    }
  }
}

function missingFile(specifier: string, parentUrl: string, kind: Kind): Error {
  const message =
    `Cannot find the file '${specifier}' from ${dirname(fileURLToPath(parentUrl))}, nor one with ` +
    `${graph.triedExtensions.join(", ")} behind that name. !ls lists what is there.`;
  return Object.assign(new Error(message), { code: notFoundCode[kind] });
}

/** What local modules require is found as what they import: see `module-hooks.ts`. */
function resolvingLikeImport(resolve: Resolve): Resolve {
  return function (request, parent, ...others) {
    const parentUrl = parent?.filename && pathToFileURL(parent.filename).href;
    if (!parentUrl || !graph.isLocalUrl(parentUrl)) return resolve.call(this, request, parent, ...others);
    if (request === "tslab") return fileURLToPath(new URL("../compat/tslab.js", import.meta.url));
    if (isBuiltin(request)) return request;
    const local = graph.resolveLocal(request, parentUrl, "require");
    if (local) return local.path;
    const folder = dirname(fileURLToPath(parentUrl));
    if (!graph.isPath(request) && !findPackage(request, folder) && findPackage(request, manabiFolder))
      return requireFromManabi.resolve(request);
    return resolve.call(this, request, parent, ...others);
  };
}

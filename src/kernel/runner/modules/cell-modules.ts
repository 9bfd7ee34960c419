/**
 * What `import` and `require` mean in cells: relative to the notebook's folder, with Manabi's own packages for a
 * folder that has none, and local modules read again when they have been edited.
 */
import { createRequire, isBuiltin } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Script, constants } from "node:vm";
import { withoutNpm } from "../../transform/npm-specifier.js";
import { isLocalSpecifier } from "./local-graph.js";
import { LocalModules } from "./local-modules.js";
import * as tslab from "../compat/tslab.js";

export type ModuleNamespace = Record<string, unknown>;
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
const importFromManabi = importFunction(fileURLToPath(import.meta.url));

export class CellModules {
  readonly meta: { url: string; filename: string; dirname: string };
  readonly require: NodeJS.Require;
  private readonly local = new LocalModules();
  private readonly importFromFolder: ImportFunction;

  constructor(folder: string) {
    const filename = join(folder, "notebook.ts");
    this.meta = { url: pathToFileURL(filename).href, filename, dirname: folder };
    this.importFromFolder = importFunction(filename);
    this.require = this.makeRequire(createRequire(filename));
  }

  async import(specifier: unknown, options?: ImportOptions): Promise<ModuleNamespace> {
    const name = withoutNpm(String(specifier));
    if (name === "tslab") return tslab;
    if (isLocalSpecifier(name, this.meta.url)) {
      try {
        return await this.importFromFolder(this.local.urlToImport(name, this.meta.url), options);
      } finally {
        this.local.rememberVersions();
      }
    }
    try {
      return await this.importFromFolder(name, options);
    } catch (error) {
      if (isBuiltin(name) || !isMissing(error, name, this.meta.filename)) throw error;
      try {
        return await importFromManabi(name, options);
      } catch (ownError) {
        // A package that Manabi has but that fails must say so; one that nobody has is missing in the folder.
        throw isMissing(ownError, name, undefined)
          ? missingPackage(name, this.meta.dirname, error)
          : ownError;
      }
    }
  }

  private makeRequire(fromFolder: NodeJS.Require): NodeJS.Require {
    const resolve = (name: string, options?: { paths?: string[] }): string => {
      try {
        return fromFolder.resolve(name, options);
      } catch (error) {
        if (
          isLocalSpecifier(name, this.meta.url) ||
          (error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND"
        )
          throw error;
        try {
          return requireFromManabi.resolve(name, options);
        } catch {
          throw missingPackage(name, this.meta.dirname, error);
        }
      }
    };
    const requireInCell = (name: string): unknown => {
      if (name === "tslab") return tslab;
      if (!isLocalSpecifier(name, this.meta.url)) return fromFolder(isBuiltin(name) ? name : resolve(name));
      try {
        return fromFolder(this.local.pathToRequire(name, this.meta.url));
      } finally {
        this.local.rememberVersions();
      }
    };
    return Object.assign(requireInCell, fromFolder, {
      resolve: Object.assign(resolve, fromFolder.resolve),
    }) as NodeJS.Require;
  }
}

/** Whether the import failed because this very package is not installed, not one that it needs. */
function isMissing(error: unknown, specifier: string, importer: string | undefined): boolean {
  if ((error as NodeJS.ErrnoException | undefined)?.code !== "ERR_MODULE_NOT_FOUND") return false;
  const { message } = error as Error;
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  return message.includes(`'${name}'`) && (importer === undefined || message.includes(importer));
}

function missingPackage(specifier: string, folder: string, cause: unknown): Error {
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  const error = new Error(
    `Cannot find the package '${name}' from ${folder}. Install it in a cell: %npm install ${name} ` +
      "(no restart is needed).",
  );
  return Object.assign(error, { code: (cause as NodeJS.ErrnoException).code });
}

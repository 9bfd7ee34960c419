/**
 * The file that a package's specifier means, by Node's rules and, where those want an extension, by the bundlers'. It is
 * looked for anew each time: Node remembers, as long as the process lives, that a package had no package.json when it
 * explained why an import failed, and takes what is installed then for a package without `exports` and `main`.
 */
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import {
  resolveExports,
  resolveImports,
  type PathConditions,
  type PathConditionsMap,
} from "resolve-pkg-maps";
import { parseJson, readFileSync, realpathSync, statSync } from "../../intrinsics.js";

/** By what the package is asked for. */
export type Kind = "import" | "require";

/** What Node's errors have as `code` where there is no such package or file. */
export const notFoundCode: Record<Kind, string> = {
  import: "ERR_MODULE_NOT_FOUND",
  require: "MODULE_NOT_FOUND",
};

/** Manabi's packages serve notebooks in a folder that has none. */
export const manabiFolder = dirname(fileURLToPath(import.meta.url));

interface Manifest {
  name?: string;
  version?: string;
  main?: string;
  type?: string;
  exports?: PathConditions;
  imports?: PathConditionsMap;
}

interface Package {
  folder: string;
  manifest: Manifest;
}

const common = ["node", "node-addons", ...("require_module" in process.features ? ["module-sync"] : [])];
const conditions: Record<Kind, string[]> = {
  import: ["import", ...common],
  require: ["require", ...common],
};
const fileExtensions = ["", ".js", ".mjs", ".cjs", ".json", ".node", ".ts", ".tsx", ".mts", ".cts"];

/** The name of the package in a specifier: `@scope/tool` of `@scope/tool/part.js`. */
export function packageName(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

/**
 * @param specifier `lodash`, `lodash/fp`, or `#alias` of the package that asks
 * @param folder of the file that asks
 * @returns undefined if there is no such package or file
 */
export function resolvePackage(specifier: string, folder: string, kind: Kind = "import"): string | undefined {
  if (specifier.startsWith("#")) return resolveAlias(specifier, folder, kind);
  const found = findPackage(specifier, folder);
  if (!found) return undefined;
  const subpath = specifier.slice(packageName(specifier).length + 1);
  const { exports, main } = found.manifest;
  if (exports !== undefined)
    return firstFile(found.folder, () => resolveExports(exports, subpath, conditions[kind]));
  return firstFile(found.folder, () => (subpath === "" ? [main ?? "", ""] : [subpath]));
}

/** The package that a specifier names, seen from a folder: the folder's own, or one that is installed there or above. */
export function findPackage(specifier: string, folder: string): Package | undefined {
  const name = packageName(specifier);
  const own = nearestPackage(folder);
  if (own?.manifest.name === name && own.manifest.exports !== undefined) return own;
  return above(folder, (at) => {
    const installed = join(at, "node_modules", name);
    return isFolder(installed) ? { folder: installed, manifest: readManifest(installed) ?? {} } : undefined;
  });
}

/** The package that the files of a folder belong to. */
export function nearestPackage(folder: string): Package | undefined {
  return above(folder, (at) => {
    const manifest = readManifest(at);
    return manifest && { folder: at, manifest };
  });
}

function resolveAlias(alias: string, folder: string, kind: Kind): string | undefined {
  const own = nearestPackage(folder);
  const imports = own?.manifest.imports;
  if (!imports) return undefined;
  const targets = attempt(() => resolveImports(imports, alias, conditions[kind])) ?? [];
  for (const target of targets) {
    const file = target.startsWith(".")
      ? firstFile(own.folder, () => [target])
      : resolvePackage(target, own.folder, kind);
    if (file !== undefined) return file;
  }
  return undefined;
}

function firstFile(folder: string, targets: () => string[]): string | undefined {
  for (const target of attempt(targets) ?? []) {
    const path = resolve(folder, target);
    const candidates = [path, join(path, "index")].flatMap((stem) =>
      fileExtensions.map((each) => stem + each),
    );
    const file = candidates.find((each) => statSync(each, { throwIfNoEntry: false })?.isFile());
    if (file !== undefined) return realpathSync(file);
  }
  return undefined;
}

/** What a package's maps do not have is an error; Node says it better. */
function attempt<Value>(action: () => Value): Value | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

function above<Value>(folder: string, look: (folder: string) => Value | undefined): Value | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const found = look(at);
    if (found !== undefined || dirname(at) === at) return found;
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

const manifests = new Map<string, { version: string; manifest: Manifest }>();

function readManifest(folder: string): Manifest | undefined {
  const path = join(folder, "package.json");
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status?.isFile()) return undefined;
  const version = `${status.mtimeMs} ${status.size} ${status.ino}`;
  const known = manifests.get(path);
  if (known?.version === version) return known.manifest;
  const manifest = attempt(() => parseJson(readFileSync(path, "utf8")) as Manifest | null) ?? {};
  manifests.set(path, { version, manifest });
  return manifest;
}

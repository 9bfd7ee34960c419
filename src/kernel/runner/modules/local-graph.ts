/**
 * Local modules: the files of the user that a notebook imports, TypeScript or not. Each is imported under a URL that
 * names the version of the file and of everything local that it imports, so that an edited module, and whoever uses
 * it, is loaded again, while all others keep their state. Used by the main thread and by the loader's hooks.
 */
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, extname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import remapping from "@jridgewell/remapping";
import { parseSync } from "oxc-parser";
import { readCompilerSettings } from "../../transform/compiler-settings.js";
import { toJavaScript } from "../../transform/javascript.js";
import { stoppableModule } from "../../transform/stoppable.js";
import { readTsconfig } from "../../transform/tsconfig.js";

const versionParameter = "version";
/** Files that Node does not run as they are. */
const transformed = new Set([".ts", ".tsx", ".mts", ".jsx"]);
export const triedExtensions = [".ts", ".tsx", ".mts", ".js", ".jsx", ".mjs", ".cjs", ".json"];
/** What a specifier with an emitted file's extension may stand for in the sources. */
const sourceExtensions: Record<string, string[]> = {
  ".js": [".ts", ".tsx"],
  ".jsx": [".tsx"],
  ".mjs": [".mts"],
};

/** Whether a specifier means a file of the user: a path, a file URL, or an alias of tsconfig.json's `paths`. */
export function isLocalSpecifier(specifier: string, parentUrl: string): boolean {
  return isPath(specifier) || resolveLocal(specifier, parentUrl) !== undefined;
}

function isPath(specifier: string): boolean {
  return /^(\.{0,2}\/|\.{1,2}$|file:)/.test(specifier);
}

/** Whether a module is the user's own. */
export function isLocalUrl(url: string | undefined): boolean {
  return url !== undefined && url.startsWith("file:") && !url.includes("/node_modules/");
}

export function needsTransform(path: string): boolean {
  return transformed.has(extname(path));
}

/** The file that a local specifier means; undefined if there is none. */
export function resolveLocal(specifier: string, parentUrl: string): string | undefined {
  if (specifier.startsWith("file:")) return existingFile(fileURLToPath(specifier.replace(/[?#].*$/, "")));
  const folder = dirname(fileURLToPath(parentUrl));
  if (isPath(specifier)) return existingFile(resolve(folder, specifier));
  if (isBuiltin(specifier)) return undefined;
  const aliases = readTsconfig(configuredFolder(folder))?.aliases(specifier) ?? [];
  for (const path of aliases) {
    const file = existingFile(path);
    if (file !== undefined) return file;
  }
  return undefined;
}

/** The file that a path without its extension, or with that of the emitted file, or of a folder means. */
function existingFile(path: string): string | undefined {
  const extension = extname(path);
  const stem = path.slice(0, path.length - extension.length);
  const candidates = [
    path,
    ...(sourceExtensions[extension] ?? []).map((each) => stem + each),
    ...triedExtensions.map((each) => path + each),
    ...triedExtensions.map((each) => resolve(path, `index${each}`)),
  ];
  return candidates.find((each) => statSync(each, { throwIfNoEntry: false })?.isFile());
}

/** The URL under which the present version of a file is imported. */
export function versionedUrl(path: string): string {
  const url = pathToFileURL(path);
  if (isLocalUrl(url.href)) url.searchParams.set(versionParameter, versionOf(path));
  return url.href;
}

/** The path of a versioned URL; undefined for any other. */
export function pathOfVersionedUrl(url: string): string | undefined {
  return isLocalUrl(url) && url.includes(`?${versionParameter}=`)
    ? fileURLToPath(url.replace(/\?.*$/, ""))
    : undefined;
}

/** Names the content of a file and of all local files that it imports, directly or not. */
export function versionOf(path: string): string {
  const hash = createHash("sha256");
  for (const each of [...reachable(path)].toSorted())
    hash.update(`${each}\0${readModule(each)?.hash ?? ""}\0`);
  return hash.digest("hex").slice(0, 16);
}

function reachable(path: string, found = new Set<string>()): Set<string> {
  if (found.has(path)) return found;
  found.add(path);
  for (const specifier of readModule(path)?.imports ?? []) {
    const imported = resolveLocal(specifier, pathToFileURL(path).href);
    if (imported !== undefined && isLocalUrl(pathToFileURL(imported).href)) reachable(imported, found);
  }
  return found;
}

interface ReadModule {
  modified: number;
  size: number;
  hash: string;
  /** The specifiers of what it imports. */
  imports: string[];
}

const readModules = new Map<string, ReadModule>();

function readModule(path: string): ReadModule | undefined {
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status) return undefined;
  const known = readModules.get(path);
  // A file that was written within the clock's resolution may have changed without a new time.
  const isSettled = known && Date.now() - known.modified > 100;
  if (isSettled && known.modified === status.mtimeMs && known.size === status.size) return known;
  const text = readFileSync(path, "utf8");
  const hash = createHash("sha256").update(text).digest("hex");
  const imports = known?.hash === hash ? known.imports : importsOf(path, text);
  const read = { modified: status.mtimeMs, size: status.size, hash, imports };
  readModules.set(path, read);
  return read;
}

function importsOf(path: string, text: string): string[] {
  if (extname(path) === ".json") return [];
  const { module } = parseSync(path, text);
  const specifiers = [
    ...module.staticImports.map((each) => each.moduleRequest.value),
    ...module.staticExports.flatMap((each) => each.entries.map((entry) => entry.moduleRequest?.value)),
    ...module.dynamicImports.map(
      ({ moduleRequest }) => /^["'](.*)["']$/.exec(text.slice(moduleRequest.start, moduleRequest.end))?.[1],
    ),
    ...[...text.matchAll(/\brequire\(\s*["']([^"']+)["']\s*\)/g)].map((match) => match[1]),
  ];
  return [...new Set(specifiers)].filter((each) => each !== undefined);
}

/** JavaScript of a TypeScript or JSX file, and its source map. */
export function transformFile(path: string, text: string): { code: string; map: string } {
  const { code, maps, errors } = toJavaScript(text, {
    fileName: path,
    language: path.endsWith("jsx") ? "jsx" : path.endsWith("x") ? "tsx" : "ts",
    ...readCompilerSettings(configuredFolder(dirname(path))),
  });
  const [error] = errors;
  if (error) throw new SyntaxError(`${path}: ${error.message}\n${error.codeframe ?? ""}`);
  const stoppable = stoppableModule(path, code);
  return { code: stoppable.code, map: remapping([...stoppable.maps, ...maps()], () => null).toString() };
}

/** The nearest folder upwards with a tsconfig.json; the folder itself if there is none. */
function configuredFolder(folder: string): string {
  for (let at = folder; at !== dirname(at); at = dirname(at)) {
    if (statSync(resolve(at, "tsconfig.json"), { throwIfNoEntry: false })) return at;
  }
  return folder;
}

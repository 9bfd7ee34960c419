/**
 * Local modules: the files of the user that a notebook imports, TypeScript or not. Each is imported under a URL that
 * names the version of the file and of everything local that it imports, so that an edited module, and whoever uses
 * it, is loaded again, while all others keep their state. Used by the main thread and by the loader's hooks.
 */
import { createHash } from "node:crypto";
import { isBuiltin } from "node:module";
import { dirname, extname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import remapping from "@jridgewell/remapping";
import { parseSync } from "oxc-parser";
import { readFileSync, statSync, withOwnJson } from "../../intrinsics.js";
import { readCompilerSettings } from "../../transform/compiler-settings.js";
import { toJavaScript } from "../../transform/javascript.js";
import { stoppableModule } from "../../transform/stoppable.js";
import { emitByTypeScript } from "../../transform/typescript-emit.js";
import { readTsconfig } from "../../transform/tsconfig.js";
import { withCommonJsImports } from "./commonjs-imports.js";
import { resolvePackage, type Kind } from "./package-resolution.js";

const versionParameter = "version";
/** Files that Node does not run as they are. */
export const transformedExtensions: readonly string[] = [".ts", ".tsx", ".mts", ".cts", ".jsx"];
export const triedExtensions = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json"];
/** What a specifier with an emitted file's extension may stand for in the sources. */
const sourceExtensions: Record<string, string[]> = {
  ".js": [".ts", ".tsx"],
  ".jsx": [".tsx"],
  ".mjs": [".mts"],
  ".cjs": [".cts"],
};

/** Whether a specifier is the path of a file, and no name. */
export function isPath(specifier: string): boolean {
  return /^(\.{0,2}\/|\.{1,2}$|file:)/.test(specifier);
}

/** Where Manabi's own modules are; in a clone, no folder of packages. */
const manabiModules = new URL("../../../", import.meta.url).href;

/** Whether a module is the user's own. */
export function isLocalUrl(url: string | undefined): boolean {
  return (
    url !== undefined &&
    url.startsWith("file:") &&
    !url.includes("/node_modules/") &&
    !url.startsWith(manabiModules)
  );
}

export function needsTransform(path: string): boolean {
  return transformedExtensions.includes(extname(path));
}

/** The file of the user that is meant, and what the specifier says beside: `?v=1#part`. */
export interface LocalFile {
  path: string;
  suffix: string;
}

/**
 * The file of the user that a specifier means: by its path or URL, by an alias of tsconfig.json's `paths`, or by the name
 * or `#alias` of a package that is the user's own. Undefined if there is none.
 */
export function resolveLocal(
  specifier: string,
  parentUrl: string,
  kind: Kind = "import",
): LocalFile | undefined {
  const folder = dirname(fileURLToPath(parentUrl));
  if (isPath(specifier)) return fileOf(specifier, folder);
  if (isBuiltin(specifier) || isUrl(specifier)) return undefined;
  const aliases = readTsconfig(configuredFolder(folder))?.aliases(specifier) ?? [];
  for (const alias of aliases) {
    const path = existingFile(alias);
    if (path !== undefined) return { path, suffix: "" };
  }
  const key = `${folder}\0${specifier}`;
  if (ofPackages.has(key)) return undefined;
  const path = resolvePackage(specifier, folder, kind);
  if (path !== undefined && isLocalUrl(pathToFileURL(path).href)) return { path, suffix: "" };
  if (path !== undefined) ofPackages.add(key);
  return undefined;
}

/** What folders import of packages. */
const ofPackages = new Set<string>();

/** As in URLs, `?` and `#` end a path, unless a file has them in its name. */
function fileOf(specifier: string, folder: string): LocalFile | undefined {
  const toPath = (text: string) =>
    existingFile(text.startsWith("file:") ? fileURLToPath(text) : resolve(folder, text));
  const [, stem = "", suffix = ""] = /^(.*?)([?#].*)?$/s.exec(specifier) ?? [];
  const whole = suffix === "" || !specifier.startsWith("file:") ? toPath(specifier) : undefined;
  if (whole !== undefined) return { path: whole, suffix: "" };
  const path = suffix === "" ? undefined : toPath(stem);
  return path === undefined ? undefined : { path, suffix };
}

export const isUrl = (specifier: string): boolean => /^[a-z][a-z+.-]+:/i.test(specifier);

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
export function versionedUrl({ path, suffix }: LocalFile): string {
  const url = pathToFileURL(path);
  if (isLocalUrl(url.href)) url.searchParams.set(versionParameter, versionOf(path));
  return url.href + suffix.replace(/^\?/, "&");
}

/** The path of a versioned URL; undefined for any other. */
export function pathOfVersionedUrl(url: string): string | undefined {
  return isLocalUrl(url) && url.includes(`?${versionParameter}=`)
    ? fileURLToPath(url.replace(/[?#].*$/, ""))
    : undefined;
}

/** Names the content of a file and of all local files that it imports, directly or not. */
export function versionOf(path: string): string {
  const hash = createHash("sha256");
  for (const each of [...reachable(path)].toSorted())
    hash.update(`${each}\0${readModule(each)?.hash ?? ""}\0${missingImports(each).join()}\0`);
  return hash.digest("hex").slice(0, 16);
}

/** Whether a file, or one that it imports, is not run by Node as it is. */
export function usesTransform(path: string): boolean {
  return isLocalUrl(pathToFileURL(path).href) && [...reachable(path)].some(needsTransform);
}

function reachable(path: string, found = new Set<string>()): Set<string> {
  if (found.has(path)) return found;
  found.add(path);
  for (const specifier of readModule(path)?.imports ?? []) {
    const imported = resolveLocal(specifier, pathToFileURL(path).href);
    if (imported && isLocalUrl(pathToFileURL(imported.path).href)) reachable(imported.path, found);
  }
  return found;
}

/** A module that has failed for the want of a package must be loaded again when that is there. */
function missingImports(path: string): string[] {
  const folder = dirname(path);
  return (readModule(path)?.imports ?? []).filter(
    (each) =>
      !isPath(each) &&
      !isUrl(each) &&
      !isBuiltin(each) &&
      !ofPackages.has(`${folder}\0${each}`) &&
      resolvePackage(each, folder) === undefined,
  );
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
  if (!status?.isFile()) return undefined;
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
  const { module } = withOwnJson(() => parseSync(path, text));
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
export function transformFile(
  path: string,
  text: string,
  kind: Kind = "import",
): { code: string; map: string; format: "module" | "commonjs" } {
  const { code, maps, errors } = toJavaScript(text, {
    fileName: path,
    language: path.endsWith("jsx") ? "jsx" : path.endsWith("x") ? "tsx" : "ts",
    ...readCompilerSettings(configuredFolder(dirname(path))),
  });
  const [error] = errors;
  if (error) throw new SyntaxError(`${path}: ${error.message}\n${error.codeframe ?? ""}`);
  const stoppable = stoppableModule(path, code);
  const map = remapping([...stoppable.maps, ...maps()], () => null).toString();
  const isModule = !path.endsWith(".cts") || parseSync("module.js", code).module.hasModuleSyntax;
  if (!isModule) return { code: stoppable.code, map, format: "commonjs" };
  const isCommonJs = path.endsWith(".cts") || kind === "require";
  // What CommonJS has no word for stays a module, whose imports Node resolves.
  if (!isCommonJs || /\bimport\.meta\b/.test(code)) {
    const inner = withCommonJsImports(path, stoppable.code);
    if (!inner) return { code: stoppable.code, map, format: "module" };
    return { code: inner.code, map: remapping([inner.map, map], () => null).toString(), format: "module" };
  }
  const emitted = emitByTypeScript("js", stoppable.code, { module: "commonjs" });
  return {
    code: emitted.code,
    map: remapping([emitted.map, map], () => null).toString(),
    format: "commonjs",
  };
}

/** The nearest folder upwards with a tsconfig.json; the folder itself if there is none. */
function configuredFolder(folder: string): string {
  for (let at = folder; at !== dirname(at); at = dirname(at)) {
    if (statSync(resolve(at, "tsconfig.json"), { throwIfNoEntry: false })) return at;
  }
  return folder;
}

/**
 * Hooks of Node's module loader, in a thread of their own: local files without extension or in TypeScript, the
 * version of each file in its URL, and Manabi's packages for local modules in a folder that has none.
 */
import { readFile } from "node:fs/promises";
import type { LoadHook, ResolveHook, ResolveHookContext } from "node:module";
import { isBuiltin } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import {
  isLocalUrl,
  isPath,
  isUrl,
  needsTransform,
  pathOfVersionedUrl,
  resolveLocal,
  transformFile,
  versionedUrl,
} from "./local-graph.js";
import {
  findPackage,
  manabiFolder,
  notFoundCode,
  packageName,
  resolvePackage,
} from "./package-resolution.js";

export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  const { parentURL } = context;
  const known = pathOfVersionedUrl(specifier);
  if (known !== undefined) return found(specifier, context.importAttributes);
  if (parentURL === undefined) return resolveMain(specifier, context, nextResolve);
  if (!isLocalUrl(parentURL) || isBuiltin(specifier)) return nextResolve(specifier, context);
  const local = resolveLocal(specifier, parentURL);
  if (local) return found(versionedUrl(local), context.importAttributes);
  if (isPath(specifier) || isUrl(specifier)) return nextResolve(specifier, context);
  if (specifier === "tslab")
    return { url: new URL("../compat/tslab.js", import.meta.url).href, shortCircuit: true };
  const folder = dirname(fileURLToPath(parentURL));
  const path = resolvePackage(specifier, folder) ?? resolvePackage(specifier, manabiFolder);
  if (path !== undefined) return found(pathToFileURL(path).href, context.importAttributes);
  // Node knows why; but a package that is missing it must not be asked for, see `package-resolution.ts`.
  if (findPackage(specifier, folder)) return nextResolve(specifier, context);
  const message = `Cannot find package '${packageName(specifier)}' imported from ${fileURLToPath(parentURL)}`;
  throw Object.assign(new Error(message), { code: notFoundCode.import });
};

/** The file that a thread starts with. */
const resolveMain: ResolveHook = (specifier, context, nextResolve) => {
  const path = specifier.startsWith("file:") ? fileURLToPath(specifier.replace(/[?#].*$/, "")) : undefined;
  return path !== undefined && isLocalUrl(specifier) && needsTransform(path)
    ? found(versionedUrl({ path, suffix: "" }), context.importAttributes)
    : nextResolve(specifier, context);
};

function found(
  url: string,
  attributes: ResolveHookContext["importAttributes"],
): Awaited<ReturnType<ResolveHook>> {
  // Bundlers and TypeScript import JSON without an attribute.
  const importAttributes = /\.json(\?|$)/.test(url) ? { ...attributes, type: "json" } : attributes;
  return { url, importAttributes, shortCircuit: true };
}

export const load: LoadHook = async (url, context, nextLoad) => {
  const path = url.startsWith("file:") ? fileURLToPath(url.replace(/[?#].*$/, "")) : "";
  if (!needsTransform(path)) return nextLoad(url, context);
  const { code, format } = transformFile(path, await readFile(path, "utf8"));
  return { format, source: code, shortCircuit: true };
};

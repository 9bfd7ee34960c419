/**
 * Hooks of Node's module loader, in a thread of their own: local files without extension or in TypeScript, the
 * version of each file in its URL, and Manabi's packages for local modules in a folder that has none.
 */
import { readFile } from "node:fs/promises";
import type { LoadHook, ResolveHook, ResolveHookContext } from "node:module";
import {
  isLocalSpecifier,
  isLocalUrl,
  needsTransform,
  pathOfVersionedUrl,
  resolveLocal,
  transformFile,
  versionedUrl,
} from "./local-graph.js";

export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  const { parentURL } = context;
  if (pathOfVersionedUrl(specifier) !== undefined) return found(specifier, context.importAttributes);
  if (!isLocalUrl(parentURL)) return nextResolve(specifier, context);
  const parent = parentURL as string;
  if (isLocalSpecifier(specifier, parent)) {
    const path = resolveLocal(specifier, parent);
    return path === undefined
      ? nextResolve(specifier, context)
      : found(versionedUrl(path), context.importAttributes);
  }
  if (specifier === "tslab")
    return { url: new URL("../compat/tslab.js", import.meta.url).href, shortCircuit: true };
  try {
    return await nextResolve(specifier, context);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    try {
      return await nextResolve(specifier, { ...context, parentURL: import.meta.url });
    } catch {
      // The first error names the file that imports.
      throw error;
    }
  }
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
  const path = pathOfVersionedUrl(url);
  if (path === undefined || !needsTransform(path)) return nextLoad(url, context);
  const { code } = transformFile(path, await readFile(path, "utf8"));
  return { format: "module", source: code, shortCircuit: true };
};

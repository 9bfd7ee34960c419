/**
 * Packages of which a process must have one copy: state that libraries keep for all (registries, native memory) would be
 * there twice, and what Manabi has mended only in its own. Which they are, and what has to be loaded before them, Manabi's
 * package.json says (`sharedPackages`); a notebook, and packages that it uses, get Manabi's copy.
 */
import Module, { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import {
  findPackage,
  manabiFolder,
  nearestPackage,
  packageName,
  resolvePackage,
  type Kind,
} from "./package-resolution.js";

interface Shared {
  names: string[];
  /** The module that loads and prepares them, from Manabi's folder. */
  prepare: string;
}

const own = nearestPackage(manabiFolder);
const shared = (own?.manifest as { sharedPackages?: Shared } | undefined)?.sharedPackages;
const root = own?.folder ?? manabiFolder;
/** Manabi's own modules, and those that it has installed, find what they ask for by themselves. */
const itself = ["dist", "node_modules"].map((name) => join(root, name) + sep);

/**
 * Manabi's file of a package that is shared; undefined for all others, and where the folder has another major version.
 *
 * @param folder of the file that asks
 */
export function sharedFile(specifier: string, folder: string, kind: Kind): string | undefined {
  const name = packageName(specifier);
  if (!shared?.names.includes(name)) return undefined;
  const [theirs, ours] = [folder, manabiFolder].map((at) => majorVersion(findPackage(name, at)?.manifest));
  if (theirs !== undefined && theirs !== ours) return undefined;
  return resolvePackage(specifier, manabiFolder, kind);
}

const majorVersion = (manifest: { version?: string } | undefined): string | undefined =>
  manifest?.version?.split(".")[0];

/** What prepares the shared packages; to be imported before them. */
export const preparation = (): string => pathToFileURL(join(root, shared!.prepare)).href;

type Resolve = (request: string, parent: NodeJS.Module | undefined, ...others: unknown[]) => string;
const resolveKey = "_resolveFilename";

/** Gives Manabi's copy to all that is required in this process, by packages too. */
export function shareWithPackages(): void {
  const internals = Module as unknown as Record<typeof resolveKey, Resolve>;
  const resolve = internals[resolveKey];
  const require = createRequire(import.meta.url);
  let isPrepared = false;
  internals[resolveKey] = function (request, parent, ...others) {
    const from = parent?.filename;
    const file =
      from &&
      shared?.names.includes(packageName(request)) &&
      !itself.some((folder) => from.startsWith(folder))
        ? sharedFile(request, dirname(from), "require")
        : undefined;
    if (file === undefined) return resolve.call(this, request, parent, ...others);
    if (!isPrepared) {
      isPrepared = true;
      require(join(root, shared!.prepare));
    }
    return file;
  };
}

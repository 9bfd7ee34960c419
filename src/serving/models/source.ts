import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import type { ModelOptions } from "../settings.js";

/** A version of a model on the disk. */
export interface VersionFiles {
  version: string;
  /** What `loadModel` or TensorFlow takes. */
  path: string;
  /** Changes when the files do. */
  stamp: string;
}

/**
 * The versions that a model's path holds now, of those that `versions` asks for, the newest last. A path that is a model itself
 * is version 1.
 *
 * @throws Error if there is nothing at the path
 */
export async function findVersions({
  path: place,
  versions = "latest",
}: ModelOptions): Promise<VersionFiles[]> {
  const own = await modelAt(place);
  if (own) return [{ version: "1", path: own, stamp: await stampOf(own) }];
  const entries = await readdir(place, { withFileTypes: true });
  const numbers = entries
    .filter((entry) => /^\d{1,18}$/.test(entry.name) && (entry.isDirectory() || entry.isSymbolicLink()))
    .map(({ name }) => name)
    .toSorted((a, b) => Number(BigInt(a) - BigInt(b)));
  const chosen =
    versions === "all"
      ? numbers
      : versions === "latest"
        ? numbers.slice(-1)
        : numbers.filter((number) => versions.includes(Number(number)));
  return Promise.all(
    chosen.map(async (number) => {
      const folder = path.join(place, number);
      const file = (await modelAt(folder)) ?? folder;
      return { version: String(BigInt(number)), path: file, stamp: await stampOf(folder) };
    }),
  );
}

const isModelFile = (name: string): boolean => /\.(?:keras|h5|hdf5)$/.test(name);

/** The model that a path is, or that a folder holds; undefined if it is none. */
async function modelAt(place: string): Promise<string | undefined> {
  const info = await stat(place).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`There is no file or folder ${place} (${error.code}).`, { cause: error });
  });
  if (!info.isDirectory()) return place;
  const names = await readdir(place);
  if (names.includes("saved_model.pb") || names.includes("model.json")) return place;
  const files = names.filter(isModelFile);
  return files.length === 1 ? path.join(place, files[0]!) : undefined;
}

/** Sizes and times of the files of a model. */
async function stampOf(place: string): Promise<string> {
  const info = await stat(place);
  if (!info.isDirectory()) return `${info.size} ${info.mtimeMs}`;
  const files = await readdir(place, { recursive: true });
  const stamps = files.toSorted().map(async (file) => {
    const one = await stat(path.join(place, file)).catch(() => undefined);
    return `${file} ${one?.size} ${one?.mtimeMs}`;
  });
  return (await Promise.all(stamps)).join("\n");
}

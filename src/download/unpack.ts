import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { readTarGz } from "./archive.js";
import { cacheFolder } from "./cache-folder.js";
import { explainDisk } from "./download.js";
import { cleanlyInterrupted, type FetchOptions } from "./fetch-file.js";
import { withLock } from "./lock.js";

/**
 * The paths of the members `names` of a tar.gz, unpacked once into the cache (`unpacked/HASH/`).
 *
 * @param hash of the archive
 * @throws Error if the archive lacks one of them, is damaged, or the cache cannot be written
 */
export async function unpack(
  archive: string,
  hash: string,
  names: readonly string[],
  options: Pick<FetchOptions, "cacheFolder" | "signal"> = {},
): Promise<string[]> {
  const cache = options.cacheFolder === undefined ? cacheFolder() : resolve(options.cacheFolder);
  const folder = join(cache, "unpacked", hash);
  const paths = names.map((name) => join(folder, basename(name)));
  const isThere = async (): Promise<boolean> =>
    (await Promise.all(paths.map((path) => stat(path).catch(() => undefined)))).every((found) =>
      found?.isFile(),
    );
  if (await isThere()) return paths;
  await cleanlyInterrupted(options.signal, async (signal) => {
    try {
      await withLock(`${folder}.lock`, signal, async () => {
        if (await isThere()) return;
        const members = await readTarGz(archive, names, { signal });
        const partial = `${folder}.${randomUUID()}`;
        try {
          await mkdir(partial, { recursive: true });
          for (const name of names)
            await writeFile(join(partial, basename(name)), members[name]!, { signal });
          await rm(folder, { recursive: true, force: true });
          await rename(partial, folder);
        } finally {
          await rm(partial, { recursive: true, force: true });
        }
      });
    } catch (error) {
      throw explainDisk(error, folder) ?? error;
    }
  });
  return paths;
}

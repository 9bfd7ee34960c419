import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

/** As Keras tells them apart: 64 digits are SHA-256, 32 MD5. */
export const hashName = (hash: string): string => (hash.length === 64 ? "SHA-256" : "MD5");

/** SHA-256 without a hash to be like. */
export const hasher = (hash?: string): Hash => createHash(hash?.length === 32 ? "md5" : "sha256");

/** The hash of a file, of the kind of `like`. @throws what reading throws */
export async function hashOfFile(file: string, like?: string, signal?: AbortSignal): Promise<string> {
  const hash = hasher(like);
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash, { signal });
  return hash.digest("hex");
}

/**
 * Whether the file `path` is there and right. Its content is read once; `folder` remembers that a file of this size and time
 * was right.
 */
export async function isVerified(path: string, hash: string, folder: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return false;
  const seen = `${hash} ${found.size} ${found.mtimeMs}`;
  const note = noteOf(path, folder);
  if ((await readFile(note, "utf8").catch(() => "")) === seen) return true;
  if ((await hashOfFile(path, hash)) !== hash) return false;
  await remember(note, seen);
  return true;
}

/** To be called with a file that was verified as it arrived. */
export async function rememberVerified(path: string, hash: string, folder: string): Promise<void> {
  const { size, mtimeMs } = await stat(path);
  await remember(noteOf(path, folder), `${hash} ${size} ${mtimeMs}`);
}

const noteOf = (path: string, folder: string): string =>
  join(folder, "verified", createHash("sha256").update(path).digest("hex").slice(0, 32));

async function remember(note: string, seen: string): Promise<void> {
  try {
    await mkdir(join(note, ".."), { recursive: true });
    await writeFile(note, seen);
  } catch {
    // A cache that cannot be written, such as one shared by a class: the file is hashed again next time.
  }
}

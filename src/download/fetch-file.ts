import { basename, join, resolve } from "node:path";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { notebookHost } from "../host/notebook-host.js";
import { cacheFolder, kerasFolder } from "./cache-folder.js";
import { download, explainDisk } from "./download.js";
import { hashName, hashOfFile, isVerified, rememberVerified } from "./hash.js";
import { withLock } from "./lock.js";
import { DownloadProgress } from "./progress.js";

/** A file on the web that never changes. */
export interface RemoteFile {
  /** Where it stands in the cache, and on a mirror: `datasets/imdb.npz`. */
  path: string;
  /** Where its publishers have it, in the order in which they are tried. */
  urls: readonly string[];
  /** SHA-256 (64 digits) or MD5 (32) of its content. */
  hash: string;
  /** Its size. */
  bytes?: number | undefined;
  /** Where Keras keeps it in its own folder. Default: `path`. */
  kerasPaths?: readonly string[];
}

/** One of which nobody has published a hash: that counts which it had when it was first there, kept as `PATH.sha256`. */
type MaybeHashed = Omit<RemoteFile, "hash"> & { hash?: string | undefined };

export interface FetchOptions {
  /** Where downloaded files are kept; then Keras's folder is not looked at. Default: `cacheFolder()`. */
  cacheFolder?: string | undefined;
  /** Addresses or folders with the same paths as the cache, asked in place of the publishers. */
  mirrors?: readonly string[] | undefined;
  /** What the progress in the notebook calls it. Default: the file's name. */
  title?: string | undefined;
  /** Called as bytes arrive, in place of the progress bar. */
  onProgress?: ((file: string, received: number, total: number | undefined) => void) | undefined;
  /** The output of several downloads; whoever made it says `finish()`. */
  progress?: DownloadProgress | undefined;
  /** Ends it, as ■ does. What has arrived is kept for the next call. */
  signal?: AbortSignal | undefined;
  stallTimeoutMs?: number | undefined;
  retryAfterMs?: number | undefined;
}

/**
 * The path of a file of the cache, of Keras's own, or else downloaded; its hash is right. Two processes that want the same
 * file at once download it once.
 *
 * @throws Error without network, with the address, the hash and the place where the file may be put by hand; if the cache
 *   cannot be written; if no source gives the right file, with the reason for each
 */
export async function fetchFile(file: MaybeHashed, options: FetchOptions = {}): Promise<string> {
  const folder = options.cacheFolder === undefined ? cacheFolder() : resolve(options.cacheFolder);
  const path = join(folder, file.path);
  const isThere = async (): Promise<boolean> => {
    const hash = file.hash ?? (await firstHash(path));
    return hash !== undefined && isVerified(path, hash, folder);
  };
  if (await isThere()) return path;
  if (options.cacheFolder === undefined && file.hash !== undefined)
    for (const name of file.kerasPaths ?? [file.path]) {
      const kerasPath = join(kerasFolder(), name);
      if (await isVerified(kerasPath, file.hash, folder)) return kerasPath;
    }
  return cleanlyInterrupted(options.signal, async (signal) => {
    try {
      await withLock(`${path}.lock`, signal, async () => {
        // Another process may have been faster.
        if (await isThere()) return;
        const hash = file.hash ?? (await firstHash(path));
        await downloadTo(path, { ...file, hash }, { ...options, signal });
        await rememberVerified(path, hash ?? (await firstHash(path))!, folder);
      });
    } catch (error) {
      throw explainDisk(error, path) ?? error;
    }
    return path;
  });
}

/** The hash that a file had when it was first there; undefined if it never was. */
async function firstHash(path: string): Promise<string | undefined> {
  const note = `${path}.sha256`;
  const kept = await readFile(note, "utf8").catch(() => undefined);
  if (kept !== undefined || !existsSync(path)) return kept;
  const hash = await hashOfFile(path);
  await writeFile(note, hash);
  return hash;
}

async function downloadTo(path: string, file: MaybeHashed, options: FetchOptions): Promise<void> {
  const name = basename(path);
  const progress = options.onProgress
    ? undefined
    : (options.progress ?? new DownloadProgress(options.title ?? name));
  const onProgress = options.onProgress ?? progress!.update;
  const reasons = await download({
    ...options,
    urls: sourcesOf(file, options.mirrors),
    path,
    hash: file.hash,
    bytes: file.bytes,
    onProgress: (received, total) => onProgress(name, received, total),
  });
  if (reasons) {
    progress?.note("failed");
    const wrong = existsSync(path) ? `The file that is there has another hash. ` : "";
    throw new Error(
      `${name} could not be downloaded:\n${reasons.join("\n")}\n` +
        `Check the connection (a proxy is named by HTTPS_PROXY, a mirror by MANABI_MIRROR), or get the file in another way and ` +
        `put it there yourself:\n  ${path}\n` +
        (file.hash === undefined ? "" : `  ${hashName(file.hash)} ${file.hash}`) +
        `${file.bytes === undefined ? "" : `, ${file.bytes} bytes`}\n${wrong}`.trimEnd(),
    );
  }
  if (!options.progress) progress?.finish();
}

/** The mirrors of the machine's settings are asked first, those of the call alone. */
function sourcesOf(file: MaybeHashed, mirrors: readonly string[] | undefined): string[] {
  return mirrors ? mirrorsFor(file.path, mirrors) : [...mirrorsFor(file.path), ...file.urls];
}

/** Addresses of a file on mirrors, which may be folders; without, on those of `MANABI_MIRROR`. */
export function mirrorsFor(
  path: string,
  mirrors: readonly string[] = process.env.MANABI_MIRROR?.split(/\s+/).filter(Boolean) ?? [],
): string[] {
  return mirrors.map((mirror) =>
    /^(?:https?|file):/.test(mirror)
      ? `${mirror.replace(/\/*$/, "/")}${path}`
      : pathToFileURL(resolve(mirror, path)).href,
  );
}

/** Runs what ends by itself when the user presses ■ or `signal` says so, and gives it time to do so. */
export async function cleanlyInterrupted<Value>(
  signal: AbortSignal | undefined,
  run: (signal: AbortSignal | undefined) => Promise<Value>,
): Promise<Value> {
  const host = notebookHost();
  const signals = [host?.interruptSignal(), signal].filter((each) => each !== undefined);
  const either = signals.length > 1 ? AbortSignal.any(signals) : signals[0];
  either?.throwIfAborted();
  const endPatience = host?.checkInterruptsWithin(2000);
  try {
    return await run(either);
  } finally {
    endPatience?.();
  }
}

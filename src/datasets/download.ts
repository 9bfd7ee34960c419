import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

export interface Download {
  /** Where the file can be had: tried in order until one gives the right file. */
  urls: readonly string[];
  /** Where it goes. It appears there only when it is complete and right. */
  path: string;
  /** MD5 of the content, as its publisher gives it. */
  md5: string;
  /** Its size, where that is known: a mirror that sends more is given up at once. */
  bytes?: number | undefined;
  /** Called as bytes arrive; `total` is undefined if the server does not say. */
  onProgress?: ((received: number, total: number | undefined) => void) | undefined;
  /** Without a byte for this long a mirror is given up. Default 30,000. */
  stallTimeoutMs?: number | undefined;
}

/**
 * Downloads one file: to a temporary name, checked, then renamed.
 * @throws Error if no mirror gave the right file, with the reason for each.
 */
export async function download(options: Download): Promise<void> {
  await mkdir(dirname(options.path), { recursive: true }).catch((error: unknown) => {
    throw explainDisk(error, options.path) ?? error;
  });
  const reasons: string[] = [];
  for (const url of options.urls) {
    try {
      await downloadFrom(url, options);
      return;
    } catch (error) {
      const ofDisk = explainDisk(error, options.path);
      if (ofDisk) throw ofDisk;
      reasons.push(`  ${url}: ${reasonOf(error)}`);
    }
  }
  throw new Error(
    `${basename(options.path)} could not be downloaded:\n${reasons.join("\n")}\n` +
      `Check the connection, or put the file into ${dirname(options.path)} yourself.`,
  );
}

async function downloadFrom(url: string, options: Download): Promise<void> {
  const partial = `${options.path}.${process.pid}.part`;
  const stall = new AbortController();
  const stallTimeoutMs = options.stallTimeoutMs ?? 30_000;
  const timer = setTimeout(
    () => stall.abort(new Error(`no data for ${stallTimeoutMs / 1000} s`)),
    stallTimeoutMs,
  );
  try {
    const response = await fetch(url, { signal: stall.signal });
    if (!response.ok || !response.body) throw new Error(`HTTP ${response.status} ${response.statusText}`);
    const total = Number(response.headers.get("content-length")) || undefined;
    const hash = createHash("md5");
    let received = 0;
    const count = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        timer.refresh();
        hash.update(chunk);
        received += chunk.length;
        if (options.bytes !== undefined && received > options.bytes)
          return done(new Error(`it sends more than the ${options.bytes} bytes that the file has`));
        options.onProgress?.(received, total);
        done(undefined, chunk);
      },
    });
    await pipeline(Readable.fromWeb(response.body), count, createWriteStream(partial));
    const md5 = hash.digest("hex");
    if (md5 !== options.md5) {
      throw new Error(`wrong checksum: ${received} bytes with MD5 ${md5} arrived, expected ${options.md5}`);
    }
    await rename(partial, options.path);
  } finally {
    clearTimeout(timer);
    await rm(partial, { force: true });
  }
}

/** An error of the disk, which another mirror would meet, too; undefined for others. */
function explainDisk(error: unknown, file: string): Error | undefined {
  const { code, message } = error as NodeJS.ErrnoException;
  if (!/^(?:EACCES|EPERM|EROFS|ENOTDIR|EEXIST|ENOSPC|EDQUOT)$/.test(code ?? "")) return undefined;
  const cure = /ENOSPC|EDQUOT/.test(code!) ? "Free some space" : "Make it a folder that you can write";
  return new Error(
    `The folder ${dirname(file)} cannot be written (${message}). ${cure}, or name another one by cacheFolder.`,
    { cause: error },
  );
}

/** fetch says only "fetch failed" or "terminated"; the cause says why. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

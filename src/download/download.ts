import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { hasher, hashName } from "./hash.js";
import { FinalError, HttpError, reasonOf, request, waitBeforeRetry } from "./http.js";

export interface Download {
  /** Where the file can be had: tried in order until one gives the right file. `file:` is read, too. */
  urls: readonly string[];
  /** Where it goes. It appears there only when it is complete and right; until then it is `PATH.part`, where a later call goes on. */
  path: string;
  /** SHA-256 (64 digits) or MD5 (32) of the content. Without, what an earlier try has left is not gone on with. */
  hash: string | undefined;
  /** Its size, where that is known: who sends more is given up at once. */
  bytes?: number | undefined;
  /** Called as bytes arrive; `total` is undefined if nobody says. */
  onProgress?: ((received: number, total: number | undefined) => void) | undefined;
  signal?: AbortSignal | undefined;
  /** Without a byte for so long a server is tried again. Default 30,000. */
  stallTimeoutMs?: number | undefined;
  /** How long the first wait before another try is; each further one is twice as long, or what the server asks for. Default 1,000. */
  retryAfterMs?: number | undefined;
}

/** Where the size is not known, more than that is nobody's data set. */
const largestBytes = 2 ** 34;
/** Tries are counted anew when so much has arrived. */
const progressBytes = 2 ** 20;

/**
 * Downloads one file to `path`. Who calls holds the lock of that file.
 *
 * @returns why each source failed; undefined if the file is there
 * @throws Error if the disk refuses it, or what `signal` says
 */
export async function download(options: Download): Promise<string[] | undefined> {
  const reasons: string[] = [];
  await mkdir(dirname(options.path), { recursive: true }).catch((error: unknown) => {
    throw explainDisk(error, options.path) ?? error;
  });
  for (const url of options.urls) {
    const reason = await downloadWithRetries(url, options);
    if (reason === undefined) return undefined;
    reasons.push(`  ${url}: ${reason}`);
  }
  return reasons;
}

async function downloadWithRetries(url: string, options: Download): Promise<string | undefined> {
  let startedAt = await sizeOf(`${options.path}.part`);
  for (let attempt = 0; ; attempt++) {
    try {
      await downloadFrom(url, options);
      return undefined;
    } catch (error) {
      options.signal?.throwIfAborted();
      const ofDisk = explainDisk(error, options.path);
      if (ofDisk) throw ofDisk;
      const arrived = await sizeOf(`${options.path}.part`);
      if (arrived - startedAt >= progressBytes) attempt = 0;
      startedAt = arrived;
      // A part that was begun by another server, or of another version of the file: once more from the start.
      const wait =
        error instanceof StalePartError ? 0 : waitBeforeRetry(error, attempt, options.retryAfterMs ?? 1000);
      if (wait === undefined) return reasonOf(error);
      await sleep(wait, undefined, { signal: options.signal });
    }
  }
}

/** What was continued turned out wrong, and is gone. */
class StalePartError extends Error {}

async function downloadFrom(url: string, options: Download): Promise<void> {
  const part = `${options.path}.part`;
  const expected = options.hash;
  if (expected === undefined) await rm(part, { force: true });
  const hash = hasher(expected);
  const kept = await hashPart(part, hash, options);
  const stall = new AbortController();
  const stallTimeoutMs = options.stallTimeoutMs ?? 30_000;
  const timer = setTimeout(
    () => stall.abort(new Error(`no data for ${stallTimeoutMs / 1000} s`)),
    stallTimeoutMs,
  );
  const signal = options.signal ? AbortSignal.any([stall.signal, options.signal]) : stall.signal;
  try {
    const { body, start, total } = await openSource(url, kept, options.bytes, signal);
    // From the start, though the rest was asked for.
    const running = start === 0 ? hasher(expected) : hash;
    const limit = options.bytes ?? largestBytes;
    let received = start;
    options.onProgress?.(received, total);
    const count = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        timer.refresh();
        running.update(chunk);
        received += chunk.length;
        if (received > limit)
          return done(new FinalError(`it sends more than the ${limit} bytes that the file has`));
        options.onProgress?.(received, total);
        done(undefined, chunk);
      },
    });
    await pipeline(body, count, createWriteStream(part, { flags: start === 0 ? "w" : "a" }), { signal });
    if (total !== undefined && received < total)
      throw new Error(`it ended after ${received} of ${total} bytes`);
    const found = running.digest("hex");
    if (expected !== undefined && found !== expected) {
      const message = `wrong ${hashName(found)}: ${received} bytes with ${found} arrived, expected ${expected}`;
      throw start > 0 ? new StalePartError(message) : new FinalError(message);
    }
    await rename(part, options.path);
  } catch (error) {
    if (error instanceof FinalError || error instanceof StalePartError) await rm(part, { force: true });
    // pipeline says only that it was aborted.
    stall.signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Hashes what an earlier try has left, and says how much that is. */
async function hashPart(
  part: string,
  hash: NodeJS.WritableStream,
  { bytes, signal }: Download,
): Promise<number> {
  const size = await sizeOf(part);
  if (size === 0) return 0;
  // Whole, but wrong, or else it would not be called so.
  if (bytes !== undefined && size >= bytes) {
    await rm(part);
    return 0;
  }
  await pipeline(createReadStream(part), hash, { signal, end: false });
  return size;
}

interface Source {
  body: Readable;
  /** Where in the file it begins: where it was asked to, or 0. */
  start: number;
  /** The length of the whole file. */
  total: number | undefined;
}

async function openSource(
  url: string,
  from: number,
  bytes: number | undefined,
  signal: AbortSignal,
): Promise<Source> {
  if (url.startsWith("file:")) {
    const path = fileURLToPath(url);
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile()) throw new FinalError("there is no such file");
    return { body: createReadStream(path), start: 0, total: found.size };
  }
  // Compressed on the way, neither lengths nor ranges would be those of the file.
  const headers = { "accept-encoding": "identity", ...(from > 0 && { range: `bytes=${from}-` }) };
  const response = await request(url, { signal, headers });
  const give = async (error: Error): Promise<never> => {
    await response.body?.cancel();
    throw error;
  };
  if (response.status === 416) return give(new StalePartError("it has no more bytes"));
  if (!response.ok || !response.body) return give(HttpError.of(response));
  const length = Number(response.headers.get("content-length") ?? NaN);
  let start = 0;
  if (response.status === 206) {
    start = Number(/^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1] ?? NaN);
    if (start !== from)
      return give(new StalePartError("it sends another part than the one it was asked for"));
  }
  const total = Number.isFinite(length) ? start + length : bytes;
  if (bytes !== undefined && total !== bytes)
    return give(new FinalError(`it has ${total} bytes, but the file has ${bytes}`));
  return { body: Readable.fromWeb(response.body), start, total };
}

const sizeOf = async (path: string): Promise<number> => (await stat(path).catch(() => undefined))?.size ?? 0;

/** An error of the disk, which another mirror would meet, too; undefined for others. */
export function explainDisk(error: unknown, file: string): Error | undefined {
  const { code, message } = error as NodeJS.ErrnoException;
  if (!/^(?:EACCES|EPERM|EROFS|ENOTDIR|EEXIST|ENOSPC|EDQUOT)$/.test(code ?? "")) return undefined;
  const cure = /ENOSPC|EDQUOT/.test(code!) ? "Free some space" : "Make it a folder that you can write";
  return new Error(
    `The folder ${dirname(file)} cannot be written (${message}). ${cure}, or name another one by MANABI_HOME.`,
    { cause: error },
  );
}

import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { readTar } from "./tar.js";

/** No data set of ours is larger when it is unpacked. */
const largestBytes = 2 ** 31;

/**
 * Unpacks a file or bytes that gzip has packed.
 * @param largest more bytes than that are refused, as they come from a bomb
 * @throws Error if it is damaged, or larger
 */
export async function gunzip(
  source: string | Uint8Array,
  { largest = largestBytes, signal }: { largest?: number; signal?: AbortSignal | undefined } = {},
): Promise<Buffer> {
  const name = typeof source === "string" ? source : "The archive";
  const chunks: Buffer[] = [];
  let size = 0;
  const collect = new Writable({
    write(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > largest)
        return done(new Error(`${name} unpacks to more than ${largest} bytes; it is not read.`));
      chunks.push(chunk);
      done();
    },
  });
  const packed = typeof source === "string" ? createReadStream(source, { highWaterMark: 1 << 20 }) : [source];
  try {
    await pipeline(packed, createGunzip({ chunkSize: 1 << 20 }), collect, { signal });
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).code?.startsWith("Z_")) throw error;
    throw new Error(
      `${name} cannot be unpacked (${(error as Error).message}). Delete the file and get it again.`,
      { cause: error },
    );
  }
  return Buffer.concat(chunks, size);
}

/** The members `names` of a tar.gz. @throws Error if it is damaged or lacks one */
export async function readTarGz<Name extends string>(
  source: string | Uint8Array,
  names: readonly Name[],
  options: { largest?: number; signal?: AbortSignal | undefined } = {},
): Promise<Record<Name, Buffer>> {
  const name = typeof source === "string" ? source : "The archive";
  return chosen(readTar(await gunzip(source, options), name), names, name);
}

/** The members `names` of a zip file, such as a wheel or an npz. @throws Error if it is damaged, lacks one, or is a bomb */
export async function readZip<Name extends string>(
  source: string | Uint8Array,
  names: readonly Name[],
  { largest = largestBytes }: { largest?: number } = {},
): Promise<Record<Name, Buffer>> {
  const { unzipSync } = await import("fflate");
  const name = typeof source === "string" ? source : "The archive";
  const bytes = typeof source === "string" ? await readFile(source) : source;
  let size = 0;
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes, {
      filter: (member) => {
        if (!(names as readonly string[]).includes(member.name)) return false;
        size += member.originalSize;
        if (size > largest) throw new Error(`it unpacks to more than ${largest} bytes`);
        return true;
      },
    });
  } catch (error) {
    throw new Error(`${name} is no readable zip file: ${(error as Error).message}.`, { cause: error });
  }
  const members = Object.entries(files).map(([member, content]) => ({
    name: member,
    content: Buffer.from(content.buffer, content.byteOffset, content.length),
  }));
  return chosen(members, names, name);
}

function chosen<Name extends string>(
  members: Iterable<{ name: string; content: Buffer }>,
  names: readonly Name[],
  archive: string,
): Record<Name, Buffer> {
  const found = new Map<string, Buffer>();
  const others: string[] = [];
  for (const { name, content } of members)
    if ((names as readonly string[]).includes(name)) found.set(name, content);
    else if (others.length < 5) others.push(name);
  const missing = names.filter((name) => !found.has(name));
  if (missing.length > 0)
    throw new Error(
      `${archive} lacks ${missing.join(", ")}${others.length > 0 ? `; it holds ${others.join(", ")}, …` : ""}.`,
    );
  return Object.fromEntries(found) as Record<Name, Buffer>;
}

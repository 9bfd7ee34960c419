import type { ByteSource } from "./byte-source.js";

/** A file within a zip archive. */
export interface ZipMember {
  name: string;
  /** 0 as it is, 8 deflated. */
  method: number;
  checksum: number;
  /** Bytes in the archive. */
  packedSize: number;
  size: number;
  /** Where its local header begins. */
  offset: number;
}

const endMark = 0x06054b50;
const entryMark = 0x02014b50;
const localMark = 0x04034b50;
const end64Mark = 0x06064b50;
const locatorMark = 0x07064b50;
const largestDirectory = 1 << 26;
/** Deflate cannot make more of a byte. */
const maxExpansion = 1032;
const unknown32 = 0xffffffff;

/**
 * The table of contents of a zip archive, zip64 included (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT).
 * @throws Error if there is none, it is damaged, or a member claims more than it can hold
 */
export async function readDirectory(source: ByteSource, name: string): Promise<ZipMember[]> {
  const fail = (why: string): never => {
    throw new Error(`${name} is not a zip archive that can be read: ${why}.`);
  };
  const { count, size, offset } = await directoryPlace(source, fail);
  if (size > largestDirectory || offset + size > source.size)
    fail(`its table of contents of ${size} bytes at ${offset} is not in its ${source.size} bytes`);
  const table = Buffer.alloc(size);
  await source.read(table, offset);
  const members: ZipMember[] = [];
  let position = 0;
  while (members.length < count) {
    if (position + 46 > size || table.readUInt32LE(position) !== entryMark)
      fail(`its table of contents has ${members.length} of ${count} entries`);
    const lengths = [28, 30, 32].map((at) => table.readUInt16LE(position + at));
    const next = position + 46 + lengths.reduce((sum, length) => sum + length, 0);
    if (next > size) fail("its table of contents is cut short");
    members.push(readEntry(table.subarray(position, next), lengths[0]!, lengths[1]!, fail));
    position = next;
  }
  for (const { name: member, packedSize, size: claimed, method, offset: start } of members) {
    const most = method === 0 ? packedSize : maxExpansion * packedSize + 1024;
    if (start + packedSize > source.size || claimed > most || (method === 0 && claimed !== packedSize))
      fail(`${JSON.stringify(member)} claims ${claimed} bytes from ${packedSize} in the archive`);
  }
  return members;
}

function readEntry(
  entry: Buffer,
  nameLength: number,
  extraLength: number,
  fail: (why: string) => never,
): ZipMember {
  const flags = entry.readUInt16LE(8);
  const method = entry.readUInt16LE(10);
  const nameBytes = entry.subarray(46, 46 + nameLength);
  const name = nameBytes.toString(flags & 0x800 ? "utf8" : "latin1");
  if (flags & 1) fail(`${JSON.stringify(name)} is encrypted`);
  const fields = {
    size: entry.readUInt32LE(24),
    packedSize: entry.readUInt32LE(20),
    offset: entry.readUInt32LE(42),
  };
  const extra = entry.subarray(46 + nameLength, 46 + nameLength + extraLength);
  const long = zip64Numbers(extra);
  // Those that do not fit stand in the extra field, in this order.
  for (const field of ["size", "packedSize", "offset"] as const)
    if (fields[field] === unknown32)
      fields[field] = long.shift() ?? fail(`${JSON.stringify(name)} lacks its ${field}`);
  if (!Object.values(fields).every(Number.isSafeInteger))
    fail(`${JSON.stringify(name)} has a place beyond any file`);
  return { name, method, checksum: entry.readUInt32LE(16), ...fields };
}

function zip64Numbers(extra: Buffer): number[] {
  for (let position = 0; position + 4 <= extra.length;) {
    const length = extra.readUInt16LE(position + 2);
    if (extra.readUInt16LE(position) === 1) {
      const field = extra.subarray(position + 4, position + 4 + length);
      return Array.from({ length: Math.floor(field.length / 8) }, (_, i) =>
        Number(field.readBigUInt64LE(8 * i)),
      );
    }
    position += 4 + length;
  }
  return [];
}

/** Where the table of contents is: that is said at the end, before a comment of any length. */
async function directoryPlace(
  source: ByteSource,
  fail: (why: string) => never,
): Promise<{ count: number; size: number; offset: number }> {
  const tail = Buffer.alloc(Math.min(source.size, 22 + 0xffff + 20));
  const tailStart = source.size - tail.length;
  await source.read(tail, tailStart);
  let at = tail.length - 22;
  while (
    at >= 0 &&
    !(tail.readUInt32LE(at) === endMark && at + 22 + tail.readUInt16LE(at + 20) === tail.length)
  )
    at--;
  if (at < 0) fail("it has no end mark, so it is something else or cut short");
  const place = {
    count: tail.readUInt16LE(at + 10),
    size: tail.readUInt32LE(at + 12),
    offset: tail.readUInt32LE(at + 16),
  };
  if (at < 20 || tail.readUInt32LE(at - 20) !== locatorMark) return place;
  const end64 = Buffer.alloc(56);
  const start = Number(tail.readBigUInt64LE(at - 20 + 8));
  if (!(start + 56 <= source.size)) fail("the place of its 64-bit end mark is wrong");
  await source.read(end64, start);
  if (end64.readUInt32LE(0) !== end64Mark) fail("the place of its 64-bit end mark is wrong");
  return {
    count: Number(end64.readBigUInt64LE(32)),
    size: Number(end64.readBigUInt64LE(40)),
    offset: Number(end64.readBigUInt64LE(48)),
  };
}

/** Where a member's bytes begin. @throws Error if it is not where the table of contents says */
export async function dataStart(source: ByteSource, member: ZipMember, name: string): Promise<number> {
  const header = Buffer.alloc(30);
  const isInside = member.offset + 30 <= source.size;
  if (isInside) await source.read(header, member.offset);
  const start = member.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (!isInside || header.readUInt32LE(0) !== localMark || start + member.packedSize > source.size)
    throw new Error(
      `${name} is damaged: ${JSON.stringify(member.name)} is not where its table of contents says.`,
    );
  return start;
}

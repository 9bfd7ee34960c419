import { Readable } from "node:stream";
import { crc32, createDeflateRaw } from "node:zlib";

const largest32 = 0xffffffff;
const largest16 = 0xffff;
/** 1980-01-01, when zip's days begin: the same arrays make the same file. */
const date = 0x0021;
const chunkBytes = 1 << 20;

interface Entry {
  name: Buffer;
  method: number;
  checksum: number;
  packedSize: number;
  size: number;
  offset: number;
}

/** Writes a zip archive, as zip64 where places or sizes need that. */
export class ZipWriter {
  readonly #entries: Entry[] = [];
  #position = 0;

  /** `write` writes bytes at a place of the file. */
  constructor(private readonly write: (bytes: Uint8Array, position: number) => Promise<void>) {}

  async add(name: string, parts: readonly Uint8Array[], compressed: boolean): Promise<void> {
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    const entry = { name: Buffer.from(name), method: compressed ? 8 : 0, size, offset: this.#position };
    const dataStart = entry.offset + localHeader({ ...entry, checksum: 0, packedSize: 0 }).length;
    let checksum = 0;
    this.#position = dataStart;
    for await (const chunk of compressed ? deflated(parts) : parts) {
      await this.write(chunk, this.#position);
      this.#position += chunk.length;
    }
    // Of no bytes Node takes the beginning of all sums, not the sum so far.
    for (const part of parts) if (part.length > 0) checksum = crc32(part, checksum);
    const whole = { ...entry, checksum, packedSize: this.#position - dataStart };
    await this.write(localHeader(whole), entry.offset);
    this.#entries.push(whole);
  }

  async finish(): Promise<void> {
    const offset = this.#position;
    const directory = Buffer.concat(this.#entries.map(directoryEntry));
    await this.write(
      Buffer.concat([directory, ending(this.#entries.length, directory.length, offset)]),
      offset,
    );
  }
}

async function* deflated(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  const chunks = function* (): Generator<Uint8Array> {
    for (const part of parts)
      for (let start = 0; start < part.length; start += chunkBytes)
        yield part.subarray(start, start + chunkBytes);
  };
  yield* Readable.from(chunks(), { objectMode: true }).pipe(
    createDeflateRaw({ chunkSize: chunkBytes }),
  ) as AsyncIterable<Buffer>;
}

/** Always with room for sizes of 64 bits, as NumPy has it: how large what is compressed becomes is known only afterwards. */
function localHeader(entry: Entry): Buffer {
  const header = Buffer.alloc(30 + entry.name.length + 20);
  header.writeUInt32LE(0x04034b50, 0);
  fixedFields(header, 4, entry);
  header.writeUInt32LE(largest32, 18);
  header.writeUInt32LE(largest32, 22);
  header.writeUInt16LE(20, 28);
  entry.name.copy(header, 30);
  zip64Field([entry.size, entry.packedSize]).copy(header, 30 + entry.name.length);
  return header;
}

function directoryEntry(entry: Entry): Buffer {
  const long = [entry.size, entry.packedSize, entry.offset].filter((value) => value >= largest32);
  const extra = long.length > 0 ? zip64Field(long) : Buffer.alloc(0);
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(45, 4);
  fixedFields(header, 6, entry);
  header.writeUInt32LE(Math.min(largest32, entry.packedSize), 20);
  header.writeUInt32LE(Math.min(largest32, entry.size), 24);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE(Math.min(largest32, entry.offset), 42);
  return Buffer.concat([header, entry.name, extra]);
}

/** Version, flags (names are UTF-8), method, time, date, checksum; after the sizes, the length of the name. */
function fixedFields(header: Buffer, start: number, { name, method, checksum }: Entry): void {
  const isAscii = name.every((byte) => byte < 0x80);
  [45, isAscii ? 0 : 0x800, method, 0, date].forEach((value, i) =>
    header.writeUInt16LE(value, start + 2 * i),
  );
  header.writeUInt32LE(checksum, start + 10);
  header.writeUInt16LE(name.length, start + 22);
}

function zip64Field(values: readonly number[]): Buffer {
  const field = Buffer.alloc(4 + 8 * values.length);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(8 * values.length, 2);
  values.forEach((value, i) => field.writeBigUInt64LE(BigInt(value), 4 + 8 * i));
  return field;
}

function ending(count: number, size: number, offset: number): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  for (const at of [8, 10]) end.writeUInt16LE(Math.min(largest16, count), at);
  end.writeUInt32LE(Math.min(largest32, size), 12);
  end.writeUInt32LE(Math.min(largest32, offset), 16);
  if (count < largest16 && size < largest32 && offset < largest32) return end;
  const end64 = Buffer.alloc(56 + 20);
  end64.writeUInt32LE(0x06064b50, 0);
  end64.writeBigUInt64LE(44n, 4);
  for (const at of [12, 14]) end64.writeUInt16LE(45, at);
  for (const at of [24, 32]) end64.writeBigUInt64LE(BigInt(count), at);
  end64.writeBigUInt64LE(BigInt(size), 40);
  end64.writeBigUInt64LE(BigInt(offset), 48);
  end64.writeUInt32LE(0x07064b50, 56);
  end64.writeBigUInt64LE(BigInt(offset + size), 64);
  end64.writeUInt32LE(1, 72);
  return Buffer.concat([end64, end]);
}

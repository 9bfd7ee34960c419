/** One regular file of an archive. */
export interface TarMember {
  name: string;
  /** A view of the archive. */
  content: Buffer;
}

const blockBytes = 512;
/** Nobody's file has a longer name. */
const longestName = 4096;

/**
 * The regular files of an unpacked tar archive, in order: ustar with GNU's and POSIX's long names. Links, devices and folders
 * are passed over; nothing is written to disk.
 *
 * @param name of the archive, for errors
 * @throws Error if it is damaged or cut short
 */
export function* readTar(archive: Buffer, name: string): Generator<TarMember> {
  let longName: string | undefined;
  for (let position = 0; position < archive.length;) {
    const header = archive.subarray(position, position + blockBytes);
    // Two empty blocks end it; one is enough for us.
    if (header.every((byte) => byte === 0)) return;
    if (header.length < blockBytes || !hasRightChecksum(header))
      throw new Error(`${name} is no readable tar archive: there is no header at byte ${position}.`);
    const size = numberOf(header.subarray(124, 136));
    const start = position + blockBytes;
    if (size === undefined || start + size > archive.length)
      throw new Error(
        `${name} is cut short: a file of ${size ?? "too many"} bytes begins at byte ${start} of ${archive.length}.`,
      );
    const content = archive.subarray(start, start + size);
    position = start + Math.ceil(size / blockBytes) * blockBytes;

    const type = String.fromCharCode(header[156]!);
    if (type === "L" && size <= longestName) longName = textOf(content);
    else if (type === "x") longName = pathOf(content) ?? longName;
    else if (type !== "g") {
      // "7": contiguous files are regular ones.
      if (type === "0" || type === "\0" || type === "7") yield { name: longName ?? nameIn(header), content };
      longName = undefined;
    }
  }
}

/** Of all bytes, those of the sum itself taken as spaces. */
function hasRightChecksum(header: Buffer): boolean {
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  return sum === numberOf(header.subarray(148, 156));
}

/** Octal digits, or base 256 after a first bit; undefined if it is neither, or too large. */
function numberOf(field: Buffer): number | undefined {
  if (field[0] === 0x80) {
    const value = BigInt(`0x${field.subarray(1).toString("hex")}`);
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : undefined;
  }
  const text = textOf(field).trim();
  return /^[0-7]*$/.test(text) ? parseInt(text || "0", 8) : undefined;
}

function textOf(field: Buffer): string {
  const end = field.indexOf(0);
  return field.subarray(0, end === -1 ? undefined : end).toString("utf8");
}

function nameIn(header: Buffer): string {
  const isPosix = header.subarray(257, 263).toString("latin1") === "ustar\0";
  const prefix = isPosix ? textOf(header.subarray(345, 500)) : "";
  const name = textOf(header.subarray(0, 100));
  return prefix ? `${prefix}/${name}` : name;
}

/** Of records such as `30 path=folder/file\n`, whose number is their length. */
function pathOf(records: Buffer): string | undefined {
  for (let at = 0; at < records.length;) {
    const [head, digits] = /^(\d{1,9}) /.exec(records.subarray(at, at + 10).toString("latin1")) ?? [];
    const length = Number(digits);
    if (!head || !(length > head.length) || at + length > records.length) return undefined;
    const record = records.subarray(at + head.length, at + length - 1).toString("utf8");
    if (record.startsWith("path=") && record.length <= longestName) return record.slice(5);
    at += length;
  }
  return undefined;
}

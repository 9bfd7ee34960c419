import { nameOfDtype, parseDtype, type NumpyDtype } from "../numpy-dtype.js";
import type { ByteSource } from "./byte-source.js";

/** What stands before the numbers of an `.npy` file. */
export interface NpyHeader {
  dtype: NumpyDtype;
  shape: readonly number[];
  fortranOrder: boolean;
  /** Where the numbers begin. */
  start: number;
}

const magic = "\x93NUMPY";
/** NumPy itself reads no longer headers of files that it does not trust. */
const longestHeader = 10_000;
const highestRank = 64;
/** Elements without bytes take memory, too. */
const emptyTexts = 1 << 20;

/**
 * Reads the header (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html). Nothing of it is evaluated: it is
 * a dictionary of three entries in Python's syntax, and anything else is refused.
 *
 * @throws Error if it is none, or names more numbers than there are bytes
 */
export async function readHeader(source: ByteSource, name: string): Promise<NpyHeader> {
  const fail = (why: string): never => {
    throw new Error(`${name} is not an .npy file as NumPy writes it: ${why}.`);
  };
  // Part after part, so that what has a checksum is read in order.
  const lead = Buffer.alloc(Math.min(10, source.size));
  await source.read(lead, 0);
  if (lead.length < 10 || lead.toString("latin1", 0, 6) !== magic)
    fail("it does not begin with NumPy's mark");
  const version = lead[6]!;
  if (version < 1 || version > 3) fail(`its format has the version ${version}; 1 to 3 are read`);
  const before = version === 1 ? 10 : 12;
  const more = Buffer.alloc(before - 10);
  await source.read(more, 10);
  const length = version === 1 ? lead.readUInt16LE(8) : lead.readUInt16LE(8) + 2 ** 16 * more.readUInt16LE();
  if (length > longestHeader || before + length > source.size)
    fail(`its header has ${length} bytes, of ${source.size} in all`);
  const bytes = Buffer.alloc(length);
  await source.read(bytes, before);
  const text = bytes.toString(version === 3 ? "utf8" : "latin1");
  const { descr, fortranOrder, shape } = parseHeader(text) ?? fail(`its header is ${excerpt(text)}`);
  const dtype = parseDtype(descr) ?? fail(`its type is ${excerpt(descr)}`);
  if (shape.length > highestRank) fail(`it has ${shape.length} axes`);
  const count = shape.reduce((product, each) => product * each, 1);
  if (!Number.isSafeInteger(count) || (dtype.size === 0 && count > emptyTexts))
    fail(`its shape is [${excerpt(shape.join(", "))}]`);
  const start = before + length;
  if (dtype.kind !== "O" && count * dtype.size > source.size - start)
    fail(
      `the shape [${shape.join(", ")}] of ${nameOfDtype(dtype)} needs ${count * dtype.size} bytes, ` +
        `but there are ${source.size - start}: it is cut short or damaged`,
    );
  return { dtype, shape, fortranOrder, start };
}

interface HeaderEntries {
  descr: string;
  fortranOrder: boolean;
  shape: number[];
}

/** `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`; undefined for anything else. */
function parseHeader(text: string): HeaderEntries | undefined {
  const whole = /^\s*\{\s*([^]*?)\s*,?\s*\}\s*$/.exec(text)?.[1];
  if (whole === undefined) return undefined;
  const entry =
    /(['"])(descr|fortran_order|shape)\1\s*:\s*('[^'\\]*'|"[^"\\]*"|\[[^]*\]|True|False|\([\d\sL,]*\))\s*(?:,\s*|$)/y;
  const found = new Map<string, string>();
  while (entry.lastIndex < whole.length) {
    const [, , key, value] = entry.exec(whole) ?? [];
    if (key === undefined || found.has(key)) return undefined;
    found.set(key, value!);
  }
  const [descr, order, tuple] = ["descr", "fortran_order", "shape"].map((key) => found.get(key));
  const shape = tuple === undefined ? undefined : parseTuple(tuple);
  if (descr === undefined || !/^(?:True|False)$/.test(order ?? "") || !shape) return undefined;
  return { descr: descr.replaceAll(/^['"]|['"]$/g, ""), fortranOrder: order === "True", shape };
}

/** `()`, `(3,)`, `(3, 4)`; Python 2 wrote `3L`. */
function parseTuple(text: string): number[] | undefined {
  const inner = /^\(\s*((?:\d+L?\s*,\s*)*(?:\d+L?\s*)?)\)$/.exec(text)?.[1]?.trim();
  if (inner === undefined) return undefined;
  const lengths = inner
    .split(",")
    .flatMap((part) => (part.trim() === "" ? [] : Number(part.trim().replace("L", ""))));
  // `(3)` is a number in Python.
  if (lengths.length === 1 && !inner.includes(",")) return undefined;
  return lengths.every(Number.isSafeInteger) ? lengths : undefined;
}

const excerpt = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);

/** The bytes that NumPy's `save` writes before the numbers. */
export function headerBytes(dtype: NumpyDtype, shape: readonly number[]): Buffer {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const entries = `{'descr': '${nameOfDtype(dtype)}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // NumPy leaves room for the first length to grow, and has the numbers begin at a multiple of 64.
  const room = shape.length === 0 ? 0 : Math.max(0, 21 - String(shape[0]).length);
  const length = entries.length + room + 1;
  const padding = (64 - ((10 + length) % 64)) % 64;
  const header = `${entries}${" ".repeat(room + padding)}\n`;
  const lead = Buffer.from(`${magic}\x01\x00\x00\x00`, "latin1");
  lead.writeUInt16LE(header.length, 8);
  return Buffer.concat([lead, Buffer.from(header, "latin1")]);
}

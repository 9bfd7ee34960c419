import { readFile } from "node:fs/promises";
import { NdArray } from "../arrays/ndarray.js";
import { gunzip } from "../download/index.js";

/**
 * Reads a file of bytes in the idx format (http://yann.lecun.com/exdb/mnist/, "the IDX file format"), also when
 * it is compressed by gzip. Its header names the type of the numbers and the length of each axis.
 *
 * @throws Error if the file is not idx, holds other numbers than bytes, or is cut short.
 */
export async function readIdx(path: string): Promise<NdArray<Uint8Array>> {
  const file = await readFile(path);
  return parseIdx(file[0] === 0x1f && file[1] === 0x8b ? await gunzip(path) : file, path);
}

/** As `readIdx`, of a file's content; `name` is for the error messages. */
export function parseIdx(file: Uint8Array, name: string): NdArray<Uint8Array> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 4 || view.getUint16(0) !== 0) {
    throw new Error(`${name} is not an idx file: it does not begin with two zero bytes. ${mend}`);
  }
  const [type, rank] = [file[2]!, file[3]!];
  if (type !== 0x08) {
    throw new Error(
      `${name} holds numbers of the idx type 0x${type.toString(16)}; only bytes (0x8) are read.`,
    );
  }
  const header = 4 + 4 * rank;
  const shape = Array.from({ length: rank }, (_, axis) =>
    header <= file.length ? view.getUint32(4 + 4 * axis) : 0,
  );
  const expected = header + shape.reduce((size, length) => size * length, 1);
  if (file.length !== expected || header > file.length) {
    throw new Error(
      `${name} is ${file.length < expected ? "cut short" : "too long"}: ` +
        `its header [${shape.join(", ")}] asks for ${expected} bytes, but it has ${file.length}. ${mend}`,
    );
  }
  return new NdArray(new Uint8Array(file.buffer, file.byteOffset + header, file.byteLength - header), shape);
}

const mend = "Delete the file and get it again.";

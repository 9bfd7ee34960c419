/**
 * Writes pickles with the opcodes of Python 2, which Python 3 writes no more: byte strings as SHORT_BINSTRING and BINSTRING,
 * lists in batches of a thousand, arrays by `numpy.core.multiarray`.
 */
export type Pickled =
  | number
  | null
  | string
  | Uint8Array
  | readonly Pickled[]
  | { tuple: readonly Pickled[] }
  | { dict: Readonly<Record<string, Pickled>> }
  | { dtype: string; shape: readonly number[]; data: Uint8Array | readonly Pickled[] };

const le = (number: number, size: 1 | 2 | 4): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(number >>> 0);
  return bytes.subarray(0, size);
};
const op = (...parts: (string | number | Uint8Array)[]): Buffer =>
  Buffer.concat(
    parts.map((part) =>
      typeof part === "string"
        ? Buffer.from(part, "latin1")
        : typeof part === "number"
          ? Buffer.of(part)
          : part,
    ),
  );

const byteString = (bytes: Uint8Array): Buffer =>
  bytes.length < 256 ? op("U", le(bytes.length, 1), bytes) : op("T", le(bytes.length, 4), bytes);

function value(given: Pickled): Buffer {
  if (given === null) return op("N");
  if (typeof given === "number") {
    if (!Number.isInteger(given)) {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleBE(given);
      return op("G", bytes);
    }
    if (given >= 0 && given < 256) return op("K", given);
    return given >= 0 && given < 65536 ? op("M", le(given, 2)) : op("J", le(given, 4));
  }
  if (typeof given === "string") return byteString(Buffer.from(given, "latin1"));
  if (given instanceof Uint8Array) return byteString(given);
  if ("tuple" in given)
    return given.tuple.length < 4
      ? op(...given.tuple.map(value), [")", "\x85", "\x86", "\x87"][given.tuple.length]!)
      : op("(", ...given.tuple.map(value), "t");
  if ("dict" in given)
    return op("}(", ...Object.entries(given.dict).flatMap(([key, each]) => [value(key), value(each)]), "u");
  if ("dtype" in given) {
    const [order, type] = [given.dtype[0]!, given.dtype.slice(1)];
    const dtype = op(
      "cnumpy\ndtype\n",
      value({ tuple: [type, 0, 1] }),
      "R",
      value({ tuple: [3, order, null, null, null, -1, -1, 0] }),
      "b",
    );
    return op(
      "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n",
      value({ tuple: [0] }),
      value("b"),
      "tR(",
      value(1),
      value({ tuple: given.shape }),
      dtype,
      "I00\n",
      value(given.data),
      "tb",
    );
  }
  const parts: Buffer[] = [op("]")];
  for (let i = 0; i < given.length; i += 1000)
    parts.push(op("(", ...given.slice(i, i + 1000).map(value), "e"));
  return op(...parts);
}

/** A pickle of protocol 2, as Python 2's `cPickle.dump(value, file, 2)` writes it. */
export const pickle = (given: Pickled): Buffer => op("\x80\x02", value(given), ".");

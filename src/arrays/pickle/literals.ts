/** A whole number of two's complement, the lowest byte first: a bigint only where a number would not be exact. */
export function wholeNumber(bytes: Buffer): number | bigint {
  if (bytes.length === 0) return 0;
  const hex = Buffer.from(bytes.toReversed()).toString("hex");
  return narrowed(BigInt.asIntN(8 * bytes.length, BigInt(`0x${hex}`)));
}

export function narrowed(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/** A float as Python prints it; undefined for anything else. */
export function floatOf(text: string): number | undefined {
  if (/^[+-]?(?:inf|nan)$/i.test(text))
    return Number(text.replace(/inf/i, "Infinity").replace(/[+-]?nan/i, "NaN"));
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

const escapes: Record<string, number> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  "\\": 92,
  "'": 39,
  '"': 34,
};

/** The bytes of a quoted string as Python 2 prints it; undefined if it is none. */
export function quotedBytes(line: Buffer): Buffer | undefined {
  const text = line.toString("latin1");
  if (!/^(["'])[^]*\1$/.test(text) || text.length < 2) return undefined;
  const unescaped = text
    .slice(1, -1)
    .replace(
      /\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|([abtnvfr\\'"]))/g,
      (_, hex?: string, octal?: string, name?: string) =>
        String.fromCharCode(
          hex !== undefined
            ? parseInt(hex, 16)
            : octal !== undefined
              ? parseInt(octal, 8) & 255
              : escapes[name!]!,
        ),
    );
  return Buffer.from(unescaped, "latin1");
}

/** The text of a line of protocol 0: Latin-1, all else as \uXXXX. */
export function escapedText(line: Buffer): string {
  return line
    .toString("latin1")
    .replace(/\\u([0-9a-fA-F]{4})|\\U(00[01][0-9a-fA-F]{5})/g, (all, short?: string, long?: string) => {
      const point = parseInt(short ?? long!, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : all;
    });
}

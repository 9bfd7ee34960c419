const beginnings: readonly [extension: string, hex: RegExp][] = [
  ["jpg", /^ffd8ff/],
  ["png", /^89504e470d0a1a0a/],
  ["gif", /^47494638(?:37|39)61/],
  ["webp", /^52494646.{8}57454250/],
];

/** What kind of picture bytes are, by what they begin with; undefined for others and for what is no picture. */
export function pictureType(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 16)).toString("hex");
  return beginnings.find(([, pattern]) => pattern.test(start))?.[0];
}

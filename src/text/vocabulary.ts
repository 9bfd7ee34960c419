import { readFileSync } from "node:fs";

/** What stands in a vocabulary for tokens that it lacks. */
export const unknownToken = "[UNK]";

/** Tokens and their indices; the first indices are for padding (if there is any) and for unknown tokens. */
export class Vocabulary {
  readonly #indices: ReadonlyMap<string, number>;
  readonly tokens: readonly string[];

  /** @throws RangeError if there are none, or one twice, or the padding's */
  constructor(
    tokens: readonly string[],
    private readonly special: readonly string[],
  ) {
    if (tokens.length === 0)
      throw new RangeError("A vocabulary has one token at least, but this one is empty.");
    this.tokens = tokens;
    this.#indices = new Map(tokens.map((token, i) => [token, i + special.length]));
    if (this.#indices.size < tokens.length) {
      const repeated = tokens.find((token, i) => tokens.indexOf(token) !== i);
      throw new RangeError(
        `A vocabulary has each token once, but ${JSON.stringify(repeated)} is there repeatedly.`,
      );
    }
    if (this.#indices.has(""))
      throw new RangeError(
        `A vocabulary need not have "", which stands for padding; with "", it begins by ${JSON.stringify(special)}.`,
      );
  }

  get size(): number {
    return this.special.length + this.tokens.length;
  }

  /** With the index of unknown tokens for those that are not there; undefined for "", which is no token. */
  indexOf(token: string): number | undefined {
    if (token === "") return this.special.indexOf("") === 0 ? 0 : undefined;
    return this.#indices.get(token) ?? this.special.indexOf(unknownToken);
  }
}

/** One token a line. @throws Error if there is no such file */
export function tokensOfFile(path: string): string[] {
  const lines = readFileSync(path, "utf8").split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

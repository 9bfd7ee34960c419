/**
 * Data in the text of a cell. A parser makes of 3 MB of numbers a tree of 500,000 nodes, which takes it most of a second
 * and says nothing that the transform or the type checker wants to know. So large literals are taken out before and
 * put back afterwards.
 */

export interface LargeLiteral {
  /** What stands for it meanwhile. */
  name: string;
  start: number;
  end: number;
}

/** Shorter ones are not worth the search. */
const minLength = 50_000;

/** Where a value must come next, so that a bracket opens a literal: not a block, an index or a pattern. */
const candidate = /(?:^|=|\(|,|\breturn)\s*(?=[[{])/g;

/**
 * Arrays and objects of numbers, strings and the like, without any code in them. That a bracket is found in a comment, a
 * template or a type cannot be told without parsing: whoever has parsed must see whether each name is there as a name.
 */
export function findLargeLiterals(source: string): LargeLiteral[] {
  const found: LargeLiteral[] = [];
  if (source.length < minLength) return found;
  candidate.lastIndex = 0;
  for (let match = candidate.exec(source); match; match = candidate.exec(source)) {
    const start = match.index + match[0].length;
    const end = literalEnd(source, start);
    const isStatement = /^\s*$/.test(match[0]);
    if (end === undefined || end - start < minLength || (isStatement && source.slice(end).trim() !== ""))
      continue;
    found.push({ name: `largeLiteral$${found.length}`, start, end });
    candidate.lastIndex = end;
  }
  return found;
}

/** Another expression in place of a literal, with as many lines. */
export function standIn(source: string, { start, end }: LargeLiteral, expression: string): string {
  return expression + source.slice(start, end).replace(/[^\n]+/g, "");
}

/** Where the literal ends that starts at a position; undefined if it is none. */
function literalEnd(source: string, start: number): number | undefined {
  const scanner = new LiteralScanner(source, start);
  return scanner.value() ? scanner.at : undefined;
}

const space = /\s*/y;
const word = /[\p{ID_Start}$_][\p{ID_Continue}$]*/uy;
const number = /[-+]?(?:0[xX][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)n?/y;
const constants = new Set(["true", "false", "null", "undefined", "NaN", "Infinity"]);

class LiteralScanner {
  constructor(
    readonly source: string,
    public at: number,
  ) {}

  value(): boolean {
    switch (this.source[this.at]) {
      case "[":
        return this.#list("]", () => this.source[this.at] === "," || this.value());
      case "{":
        return this.#list("}", () => this.#key() && this.#skips(":") && this.value());
      case '"':
      case "'":
        return this.#string();
      default:
        return this.#take(number) !== undefined || constants.has(this.#take(word) ?? "");
    }
  }

  /** From its bracket to the one that closes it. */
  #list(close: string, item: () => boolean): boolean {
    this.at += 1;
    this.#take(space);
    while (this.source[this.at] !== close) {
      if (!item()) return false;
      this.#take(space);
      if (this.source[this.at] !== close && !this.#skips(",")) return false;
    }
    this.at += 1;
    return true;
  }

  #key(): boolean {
    const isQuoted = this.source[this.at] === '"' || this.source[this.at] === "'";
    return isQuoted ? this.#string() : (this.#take(word) ?? this.#take(number)) !== undefined;
  }

  #string(): boolean {
    const quote = this.source.charAt(this.at);
    let end = this.source.indexOf(quote, this.at + 1);
    while (end > 0 && this.#isEscaped(end)) end = this.source.indexOf(quote, end + 1);
    const isOneLine = end > 0 && !this.source.slice(this.at, end).includes("\n");
    this.at = end + 1;
    return isOneLine;
  }

  #isEscaped(position: number): boolean {
    let slashes = 0;
    while (this.source[position - 1 - slashes] === "\\") slashes += 1;
    return slashes % 2 === 1;
  }

  /** A sign, with the white space around it. */
  #skips(sign: string): boolean {
    this.#take(space);
    if (this.source[this.at] !== sign) return false;
    this.at += 1;
    this.#take(space);
    return true;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.source)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }
}

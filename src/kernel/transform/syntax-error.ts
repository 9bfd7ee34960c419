/** A cell that cannot be parsed, with the place in the cell and the lines around it. */
export class CellSyntaxError extends SyntaxError {
  override readonly name = "SyntaxError";
  readonly #source: string;
  readonly #offset: number;

  constructor(message: string, source: string, offset: number) {
    super(message);
    this.#source = source;
    this.#offset = offset;
  }

  // Getters, so that printing the error does not list them.

  /** Offset in the cell's source (UTF-16). */
  get offset(): number {
    return this.#offset;
  }

  /** 1-based. */
  get line(): number {
    return lineAndColumn(this.#source, this.#offset).line;
  }

  /** 1-based. */
  get column(): number {
    return lineAndColumn(this.#source, this.#offset).column;
  }

  /** The line before the error, its line, and a caret under the place; for display in a fixed-width font. */
  get codeFrame(): string {
    const { line, column } = this;
    const lines = this.#source.split("\n").slice(Math.max(0, line - 2), line);
    const width = String(line).length;
    const first = line - lines.length + 1;
    const numbered = lines.map((text, index) => `${String(first + index).padStart(width)} | ${text}`);
    return [...numbered, `${" ".repeat(width)} | ${" ".repeat(column - 1)}^`].join("\n");
  }
}

/** Both 1-based. */
export function lineAndColumn(source: string, offset: number): { line: number; column: number } {
  const before = source.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

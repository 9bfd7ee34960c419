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
    return this.#linesBefore().length;
  }

  /** 1-based. */
  get column(): number {
    return (this.#linesBefore().at(-1) ?? "").length + 1;
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

  #linesBefore(): string[] {
    return this.#source.slice(0, this.#offset).split("\n");
  }
}

/** A cell that cannot be parsed, with the place in the cell and the lines around it. */
export class CellSyntaxError extends SyntaxError {
  override readonly name = "SyntaxError";
  /** Offset in the cell's source (UTF-16). */
  readonly offset: number;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
  /** The line before the error, its line, and a caret under the place; for display in a fixed-width font. */
  readonly codeFrame: string;

  constructor(message: string, source: string, offset: number) {
    super(message);
    this.offset = offset;
    const before = source.slice(0, offset).split("\n");
    this.line = before.length;
    this.column = (before.at(-1) ?? "").length + 1;
    const lines = source.split("\n").slice(Math.max(0, this.line - 2), this.line);
    const width = String(this.line).length;
    const first = this.line - lines.length + 1;
    const numbered = lines.map((text, index) => `${String(first + index).padStart(width)} | ${text}`);
    this.codeFrame = [...numbered, `${" ".repeat(width)} | ${" ".repeat(this.column - 1)}^`].join("\n");
  }
}

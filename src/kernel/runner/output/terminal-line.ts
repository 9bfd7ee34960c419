/**
 * The line that a program redraws: progress bars clear it and move the cursor in it. Front ends know "\r" and "\b" only,
 * and write over what is there unit by unit, with the codes of colours among it; so moves become a "\r", the line with
 * spaces where something was, and the line again up to the cursor. Rows above the last one stay as they are.
 */

/* oxlint-disable no-control-regex -- the codes of terminals are looked for, and start with one */

/** Codes of terminals that are none of colours: `ESC [ numbers letter`. */
const moves = /\u001b(?:\[([?\d;]*)([A-HJKSTfhlnsu])|[78])/;
/** A code of colours, or one unit that is seen. */
const units = /\u001b\[[\d;]*m|[^]/gu;
const longestLine = 10_000;

export class TerminalLine {
  /** What the line shows, as far as it was printed. */
  #line = "";
  /** Where the cursor is, in seen columns; undefined for the end. */
  #column: number | undefined;

  /** What the front end must get for `text`. */
  print(text: string): string {
    const hasCodes = text.includes("\u001b");
    if (!hasCodes && text.endsWith("\n")) {
      // By far the most.
      this.reset();
      return text;
    }
    const move = hasCodes ? moves.exec(text) : null;
    if (!move) return this.#plain(text);
    const before = text.slice(0, move.index);
    const rest = text.slice(move.index + move[0].length);
    return (
      this.#plain(before) + this.#act(move[2] ?? "", move[1] ?? "") + (rest === "" ? "" : this.print(rest))
    );
  }

  /** Erases from the start to the cursor (-1), from the cursor on (1), or all (0). */
  clear(direction: -1 | 0 | 1): string {
    const column = this.column;
    const kept =
      direction === 1
        ? firstColumns(this.#line, column)
        : direction === -1
          ? " ".repeat(column) + this.#line.slice(firstColumns(this.#line, column).length)
          : "";
    return this.#redraw(kept, direction === 0 ? 0 : column);
  }

  moveTo(column: number): string {
    const wanted = Math.max(0, column);
    if (wanted === this.column) return "";
    // Nothing but what is printed next says where it is to stand.
    this.#line += " ".repeat(Math.max(0, wanted - width(this.#line)));
    this.#column = wanted < width(this.#line) ? wanted : undefined;
    return `\r${firstColumns(this.#line, wanted)}`;
  }

  get column(): number {
    return this.#column ?? width(this.#line);
  }

  /** Another cell's output starts. */
  reset(): void {
    this.#line = "";
    this.#column = undefined;
  }

  #plain(text: string): string {
    const lineStart = Math.max(text.lastIndexOf("\n"), text.lastIndexOf("\r")) + 1;
    if (lineStart === 0 && this.#column === undefined) this.#line += text;
    else if (text[lineStart - 1] === "\r") {
      // The old line stays behind what is written over it.
      const last = text.slice(text.lastIndexOf("\n", lineStart - 1) + 1, lineStart - 1);
      this.#line = over(text.includes("\n") ? last : this.#line + last, 0, text.slice(lineStart));
      this.#column = width(text.slice(lineStart));
    } else if (lineStart > 0) {
      this.#line = text.slice(lineStart);
      this.#column = undefined;
    } else if (text !== "") {
      const column = this.column;
      this.#line = over(this.#line, column, text);
      this.#column = column + width(text);
    }
    if (this.#column !== undefined && this.#column >= width(this.#line)) this.#column = undefined;
    if (this.#line.length > longestLine) this.#line = this.#line.slice(-longestLine);
    return text;
  }

  #act(letter: string, numbers: string): string {
    const number = Number.parseInt(numbers) || 0;
    switch (letter) {
      case "K":
        return this.clear(number === 0 ? 1 : number === 1 ? -1 : 0);
      case "J":
        return this.clear(1);
      case "G":
        return this.moveTo(Math.max(1, number) - 1);
      case "C":
        return this.moveTo(this.column + Math.max(1, number));
      case "D":
        return this.moveTo(this.column - Math.max(1, number));
      case "E":
        return this.#plain("\n".repeat(Math.max(1, number)));
      case "H":
      case "f":
        return this.moveTo((Number.parseInt(numbers.split(";")[1] ?? "") || 1) - 1);
      default:
        // Rows above, the cursor's shape, other screens: there is nothing like that.
        return "";
    }
  }

  /** The line anew, with spaces for what it was longer, and the cursor in a column. */
  #redraw(line: string, column: number): string {
    const text = `\r${" ".repeat(this.#line.length)}\r${line}`;
    const shown = firstColumns(line, column);
    const back = shown.length === line.length ? "" : `\r${shown}`;
    this.#line = line;
    this.#column = back === "" ? undefined : column;
    return text + back;
  }
}

function width(line: string): number {
  let columns = 0;
  for (const [unit] of line.matchAll(units)) if (!unit.startsWith("\u001b[")) columns += 1;
  return columns;
}

function firstColumns(line: string, columns: number): string {
  // Not the code of a colour that what was there had.
  if (columns === 0) return "";
  let length = 0;
  let seen = 0;
  for (const [unit] of line.matchAll(units)) {
    if (!unit.startsWith("\u001b[") && (seen += 1) > columns) break;
    length += unit.length;
  }
  return line.slice(0, length);
}

/** `text` written over a line from a column on. */
function over(line: string, column: number, text: string): string {
  const before = firstColumns(line, column);
  const hidden = firstColumns(line, column + width(text));
  return before + text + line.slice(hidden.length);
}

import { markup, type Markup } from "../host/markup.js";

/** Cells of a table, already text. */
export interface TableCells {
  header: readonly string[];
  rows: readonly (readonly string[])[];
  /** By column: numbers go to the right, all else to the left. */
  isNumeric: readonly boolean[];
}

/** As HTML without colours, so that the front end's own table style applies. */
export function htmlTable({ header, rows, isNumeric }: TableCells): Markup {
  const line = (tag: "td" | "th", cells: readonly string[]): Markup => {
    const parts = cells.map(
      (cell, c) => markup`<${tag} style="text-align:${isNumeric[c] ? "right" : "left"}">${cell}</${tag}>`,
    );
    return markup`<tr>${parts}</tr>`;
  };
  const body = rows.map((row) => line("td", row));
  return markup`<table><thead>${line("th", header)}</thead><tbody>${body}</tbody></table>`;
}

/** As lines of text in columns. */
export function textTable({ header, rows, isNumeric }: TableCells): string[] {
  const widths = header.map((name, c) => Math.max(name.length, ...rows.map((row) => row[c]!.length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, c) => (isNumeric[c] ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!)))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "─".repeat(width)).join("──");
  return [line(header), rule, ...rows.map(line), rule];
}

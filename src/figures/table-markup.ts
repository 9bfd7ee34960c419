import { escapeXml } from "./text-width.js";

/** Cells of a table, already text. */
export interface TableCells {
  header: readonly string[];
  rows: readonly (readonly string[])[];
  /** By column: numbers go to the right, all else to the left. */
  isNumeric: readonly boolean[];
}

/** As HTML without colours, so that the front end's own table style applies. */
export function htmlTable({ header, rows, isNumeric }: TableCells): string {
  const line = (tag: "td" | "th", cells: readonly string[]): string => {
    const parts = cells.map(
      (cell, c) =>
        `<${tag} style="text-align:${isNumeric[c] ? "right" : "left"}">${escapeXml(cell)}</${tag}>`,
    );
    return `<tr>${parts.join("")}</tr>`;
  };
  const body = rows.map((row) => line("td", row)).join("");
  return `<table><thead>${line("th", header)}</thead><tbody>${body}</tbody></table>`;
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

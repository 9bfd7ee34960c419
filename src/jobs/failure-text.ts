import { stripVTControlCharacters } from "node:util";
import type { CellDetails } from "./cell-details.js";

const mostLines = 12;

/** What is said of a cell that has failed: which one it is, its lines, its error. */
export function failureText(details: CellDetails, notebook: string, inColours: boolean): string {
  const { cell, number, of, executionCount, error } = details;
  const lines = cell.source.split("\n");
  const shown = lines.slice(0, mostLines).map((line, i) => `  ${String(i + 1).padStart(3)} | ${line}`);
  if (lines.length > mostLines) shown.push(`      | … ${lines.length - mostLines} more lines`);
  const name = cell.id === undefined ? "" : `, id ${cell.id}`;
  const traceback = error?.traceback.join("\n") ?? "";
  return [
    `${notebook}: code cell ${number} of ${of}, In [${executionCount}]${name}, failed:`,
    ...shown,
    "",
    inColours ? traceback : stripVTControlCharacters(traceback),
  ].join("\n");
}

/** What is wrong in the local modules that a cell imports. */
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import type { CellDiagnostic } from "../contracts.js";
import type { CellView } from "./cell-view.js";
import type { TypeChecker } from "./checker.js";
import { readableType } from "./imports.js";
import { lineAndColumn } from "../transform/syntax-error.js";

/** Findings at the place of the import, each with its own place in the text. */
export function localModuleErrors(
  checker: TypeChecker,
  folder: string,
  source: string,
  { imports, shown }: CellView,
): CellDiagnostic[] {
  const modules = new Map<string, { start: number; end: number }>();
  for (const { wanted, entry } of imports) {
    if (!/^\.{0,2}\//.test(wanted.from)) continue;
    const file = checker.moduleAt(entry.file, entry.source.start + 1);
    if (file !== undefined) modules.set(file, wanted.source);
  }
  return [...modules].flatMap(([file, place]) => {
    const errors = [...checker.syntacticDiagnostics(file), ...checker.semanticDiagnostics(file)];
    const text = errors.length > 0 ? readFileSync(file, "utf8") : "";
    const start = shown.toSource(place.start);
    const end = shown.toSource(place.end);
    return errors.map((error) => {
      const { line, column } = lineAndColumn(text, error.start);
      const message = `${relative(folder, file)}:${line}:${column} - ${readableType(error.message)}`;
      const { category, code } = error;
      return { category, code, message, start, end, ...lineAndColumn(source, start) };
    });
  });
}

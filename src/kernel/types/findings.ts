/** Which of the checker's findings are told of a cell, and how. */
import type { CellDiagnostic } from "../contracts.js";
import { lineAndColumn } from "../transform/syntax-error.js";
import type { CellView } from "./cell-view.js";
import type { CheckerDiagnostic } from "./checker.js";
import { readableType } from "./imports.js";

/** "Cannot find module": it may be installed by now. */
export const missingModuleCode = 2307;
/** "Cannot find name", without and with a name that may be meant. */
export const unknownNameCodes = new Set([2304, 2552]);

/** Findings that say nothing about a cell: they come from how cells are presented to the checker. */
const ignoredCodes = new Set([
  1108, // return outside a function: the transform says it
  1375,
  1378,
  1432, // top-level await
  2686, // UMD global in a module
  7016, // a package without types
  7026, // JSX without types
]);
/**
 * What `noImplicitAny` says, unless the folder's tsconfig.json wants to hear it. The option is on all the same: without
 * it, `let found = null` could hold nothing else, and nothing could be pushed to `const list = []`.
 */
const implicitAnyCodes = new Set([
  7005, 7006, 7008, 7009, 7010, 7011, 7013, 7015, 7017, 7018, 7019, 7020, 7023, 7024, 7025, 7031, 7032, 7033,
  7034, 7051, 7052, 7053, 7055,
]);
/** Using the value a name had in earlier cells, in its own redeclaration. */
const useBeforeDeclarationCodes = new Set([2448, 2454, 7022]);
/** What is wrong with JavaScript, too: modules and what they export. */
const javascriptCodes = new Set([missingModuleCode, 2305, 2613, 2614]);

export interface FindingsOptions {
  /** Whether the folder's tsconfig.json asks for `noImplicitAny`. */
  noImplicitAny: boolean;
  /** Whether the notebook's language is JavaScript. */
  isJavaScript: boolean;
}

/**
 * "expression of type '0' can't be used to index type 'NdArray'": of a class, this is undefined; objects without a class
 * may well have numbered properties that their types do not tell.
 */
const numberedElement =
  /expression of type '(?:\d+|number)' can't be used to index type '[A-Z]\w*(?:<[^']*)?'/;

/** Whether a finding says that a class has no numbered elements. */
export const isOfNumberedElement = ({ code, message }: { code: number; message: string }): boolean =>
  code === 7053 && numberedElement.test(message);

/** Whether a finding is told at all, wherever it is. */
export function isTold(
  found: { code: number; message: string },
  { noImplicitAny, isJavaScript }: FindingsOptions,
): boolean {
  const { code } = found;
  if (ignoredCodes.has(code)) return false;
  if (implicitAnyCodes.has(code) && !noImplicitAny && !isOfNumberedElement(found)) return false;
  return !isJavaScript || javascriptCodes.has(code);
}

/** Findings at their places in the cell; those that are about earlier cells are left out. */
export function inCell(
  found: CheckerDiagnostic[],
  view: CellView,
  source: string,
  hasEarlier: (name: string) => boolean,
): CellDiagnostic[] {
  const seen = new Set<string>();
  return found.flatMap((each) => {
    const place = placeInCell(each, view);
    if (!place) return [];
    const { start, end } = place;
    const name = source.slice(start, end);
    const { category, code } = each;
    if (useBeforeDeclarationCodes.has(code) && hasEarlier(name)) return [];
    const message = readableType(each.message);
    // Each name of an import that fails says the same of its module.
    const key = `${start} ${code} ${message}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ category, code, message, start, end, ...lineAndColumn(source, start) }];
  });
}

function placeInCell(
  { file, start, end }: CheckerDiagnostic,
  view: CellView,
): { start: number; end: number } | undefined {
  const toSource = (place: { start: number; end: number }) => ({
    start: view.shown.toSource(place.start),
    end: view.shown.toSource(place.end),
  });
  if (file === view.file)
    return start < view.start ? undefined : toSource({ start: start - view.start, end: end - view.start });
  const imported = view.imports.find(
    ({ entry }) => entry.file === file && start >= entry.line.start && start < entry.line.end,
  );
  if (!imported) return undefined;
  const { wanted, entry } = imported;
  return toSource(start >= entry.source.start ? wanted.source : wanted.name);
}

/** What the checker says about itself or about the whole cell. */
export function notice(message: string): CellDiagnostic {
  return { category: "warning", code: 0, message, start: 0, end: 0, line: 1, column: 1 };
}

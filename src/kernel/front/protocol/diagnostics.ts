import { gray, red } from "../../colors.js";
import type { CellDiagnostic, CellOutcome } from "../../contracts.js";
import { shownLine } from "../../shown-line.js";

/** If the cell cannot be parsed, all other findings may follow from that. */
export const isGrammar = ({ code }: CellDiagnostic) => code >= 1000 && code < 2000;
/** "Cannot find name 'x'.", with and without a name that may be meant. */
const isUnknownName = ({ code }: CellDiagnostic) => code === 2304 || code === 2552;

/** "Cannot find module 'x'." */
const isUnknownModule = ({ code }: CellDiagnostic) => code === 2307;

/** Whether evaluation may fail because of this finding, and then say the same. */
export function mayBeRepeated(diagnostic: CellDiagnostic): boolean {
  return isGrammar(diagnostic) || isUnknownName(diagnostic) || isUnknownModule(diagnostic);
}

/** Whether the error that ended the cell says what this finding says. */
export function isRepeated(diagnostic: CellDiagnostic, outcome: CellOutcome): boolean {
  if (outcome.status === "ok") return false;
  if (outcome.ename === "SyntaxError") return true; // all else follows from it
  const [, name = ""] = /'([^']+)'/.exec(diagnostic.message) ?? [];
  if (isUnknownName(diagnostic)) return outcome.evalue === `${name} is not defined`;
  const [, missing] = /^Cannot find (?:the )?(?:package|module) '([^']+)'/.exec(outcome.evalue) ?? [];
  // The runner names the package, or the path of the file.
  return isUnknownModule(diagnostic) && missing !== undefined && isPartOf(name, missing);
}

function isPartOf(specifier: string, missing: string): boolean {
  return `${specifier}/`.startsWith(`${missing}/`) || missing.endsWith(specifier.replace(/^[./]+/, "/"));
}

/** What the checker has to say about itself, such as that it was restarted: code 0. */
export function renderNotices(diagnostics: readonly CellDiagnostic[]): string {
  return diagnostics
    .filter(({ code }) => code === 0)
    .map(({ message }) => `${gray(message)}\n`)
    .join("");
}

/** The errors among the findings as coloured text with the lines of code they are about; empty if there are none. */
export function renderErrors(
  diagnostics: readonly CellDiagnostic[],
  code: string,
  executionCount: number,
): string {
  const lines = code.split(/\r\n|\r|\n/);
  return diagnostics
    .filter(({ category }) => category === "error")
    .map((diagnostic) => {
      const place = `Cell [${executionCount}], line ${diagnostic.line}:${diagnostic.column}`;
      return `${place} - ${red("error")} ${gray(`TS${diagnostic.code}:`)} ${diagnostic.message}\n${frame(diagnostic, lines)}`;
    })
    .join("");
}

/** The line with the finding underlined; only its first line if it spans several. */
function frame({ line, column, start, end }: CellDiagnostic, lines: readonly string[]): string {
  const whole = lines[line - 1];
  if (whole === undefined) return "";
  const { text, column: shownColumn } = shownLine(whole, column);
  const gutter = `${line} | `;
  const underlined = Math.max(1, Math.min(end - start, text.length - (shownColumn - 1)));
  // Tabs stay tabs, so that the marks stand below what they mark.
  const indent = text.slice(0, shownColumn - 1).replace(/[^\t]/g, " ");
  return `${gray(gutter)}${text}\n${" ".repeat(gutter.length)}${indent}${red("~".repeat(underlined))}\n`;
}

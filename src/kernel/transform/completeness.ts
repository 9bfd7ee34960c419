/** Whether a cell can be run as it stands, for consoles that decide what the Enter key does. */
import { parseSync } from "oxc-parser";
import type { Completeness } from "../contracts.js";

/**
 * @example
 * isComplete("foo(1)") // { status: "complete" }
 * isComplete("if (a) {") // { status: "incomplete", indent: "  " }
 * isComplete("foo)") // { status: "invalid" }
 */
export function isComplete(source: string): Completeness {
  const length = source.trimEnd().length;
  const errors = (["ts", "tsx"] as const).map(
    (lang) => parseSync(`cell.${lang}`, source, { lang, sourceType: "module" }).errors[0],
  );
  if (errors.includes(undefined)) return { status: "complete" };
  const isCutOff = errors.some((error) => {
    const label = error?.labels[0];
    if (!label) return false;
    const isUnterminated = label.end >= length && /^(?:`|\/\*)/.test(source.slice(label.start));
    return label.start >= length || isUnterminated;
  });
  return isCutOff ? { status: "incomplete", indent: nextIndent(source) } : { status: "invalid" };
}

/** That of the last line, or of the line whose bracket it closes; one step more after an opening bracket or arrow. */
function nextIndent(source: string): string {
  const lines = source.trimEnd().split("\n");
  const line = lines.at(-1) ?? "";
  const closes = /^\s*[)\]}]/.test(line);
  const indent = /^\s*/.exec((closes ? openingLine(lines) : undefined) ?? line)?.[0] ?? "";
  return /(?:[([{]|=>)$/.test(line) ? `${indent}  ` : indent;
}

/** The line with the bracket that the first one of the last line closes. */
function openingLine(lines: string[]): string | undefined {
  let depth = 1;
  return lines.slice(0, -1).findLast((line) => {
    for (let at = line.length - 1; at >= 0 && depth > 0; at -= 1) {
      if (")]}".includes(line.charAt(at))) depth += 1;
      else if ("([{".includes(line.charAt(at))) depth -= 1;
    }
    return depth === 0;
  });
}

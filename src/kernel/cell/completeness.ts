/** Whether a cell can be run as it stands, for consoles that decide what the Enter key does. */
import { parseSync } from "oxc-parser";

export interface Completeness {
  status: "complete" | "incomplete" | "invalid";
  /** What the next line starts with. */
  indent?: string;
}

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

/** That of the last line, and one step more after an opening bracket or arrow. */
function nextIndent(source: string): string {
  const line = source.trimEnd().split("\n").at(-1) ?? "";
  const indent = /^\s*/.exec(line)?.[0] ?? "";
  return /(?:[([{]|=>)$/.test(line) ? `${indent}  ` : indent;
}

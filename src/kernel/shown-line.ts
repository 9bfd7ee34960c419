/** Longer lines are cut: wrapped, they would part a mark from what it marks. */
const longest = 90;

/**
 * A line of code as it is shown above a mark: of a long line, what is around the marked column.
 *
 * @param column 1-based, in UTF-16 units, as is that of the result
 * @example
 * shownLine("const short = 1;", 7) // { text: "const short = 1;", column: 7 }
 */
export function shownLine(line: string, column = 1): { text: string; column: number } {
  if (line.length <= longest) return { text: line, column };
  const start = Math.min(Math.max(0, column - longest / 2), line.length - longest);
  const before = start > 0 ? "…" : "";
  const end = start + longest;
  const text = `${before}${line.slice(start, end)}${end < line.length ? "…" : ""}`;
  return { text, column: column - start + before.length };
}

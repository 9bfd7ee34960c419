/** `console.table` as a table: Node's text for those who read text, and HTML. */
import { inspect } from "node:util";

export interface Table {
  head: string[];
  rows: string[][];
}

/** The HTML shows so many rows; the text has all. */
const maxRows = 1000;

/**
 * Rows and columns as Node's `console.table` has them; undefined if the value is not tabular.
 * @see https://console.spec.whatwg.org/#table
 */
export function tableOf(data: unknown, columns?: unknown): Table | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  if (data instanceof Map) {
    const rows = [...data].map(([key, value], index) => [String(index), cell(key), cell(value)]);
    return { head: ["(iteration index)", "Key", "Values"], rows };
  }
  const isSet = data instanceof Set;
  const entries: [string, unknown][] = isSet
    ? [...data].map((value, index) => [String(index), value])
    : Object.entries(data);
  const wanted = Array.isArray(columns) ? columns.map(String) : undefined;
  const keys = new Set<string>(wanted);
  let hasPlainValues = false;
  for (const [, row] of entries) {
    if (!isRow(row)) hasPlainValues = true;
    else if (!wanted) for (const key of Object.keys(row)) keys.add(key);
  }
  const rows = entries.map(([index, row]) => [
    index,
    ...[...keys].map((key) => (isRow(row) && Object.hasOwn(row, key) ? cell(row[key]) : "")),
    ...(hasPlainValues ? [isRow(row) ? "" : cell(row)] : []),
  ]);
  const head = [isSet ? "(iteration index)" : "(index)", ...keys, ...(hasPlainValues ? ["Values"] : [])];
  return { head, rows };
}

export function tableHtml({ head, rows }: Table): string {
  const line = (tag: "td" | "th", [first = "", ...others]: string[]): string =>
    `<tr><th>${escaped(first)}</th>${others.map((text) => `<${tag}>${escaped(text)}</${tag}>`).join("")}</tr>`;
  const body = rows.slice(0, maxRows).map((row) => line("td", row));
  const more = rows.length - body.length;
  const note = more > 0 ? `<p>… ${more.toLocaleString("en")} more rows</p>` : "";
  return `<table><thead>${line("th", head)}</thead><tbody>${body.join("")}</tbody></table>${note}`;
}

function isRow(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** A string as it is: the table's lines are its quotes. */
function cell(value: unknown): string {
  return typeof value === "string"
    ? value
    : inspect(value, { depth: 0, maxArrayLength: 3, breakLength: Infinity });
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

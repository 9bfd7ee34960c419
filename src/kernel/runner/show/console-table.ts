/** `console.table` as a table: Node's text for those who read text, and HTML; both with so many rows at most. */
import { inspect, types } from "node:util";
import { htmlText } from "./html-text.js";

export interface Table {
  head: string[];
  rows: string[][];
}

const maxRows = 1000;

/** The first rows of what is to be a table, and how many there are beyond. */
export function firstRows(data: unknown): { shown: unknown; left: number } {
  if (typeof data !== "object" || data === null) return { shown: data, left: 0 };
  const first = <Value>(values: Iterable<Value>): Value[] => {
    const rows: Value[] = [];
    for (const value of values) if (rows.push(value) === maxRows) break;
    return rows;
  };
  const cut = (size: number, shown: () => unknown) =>
    size > maxRows ? { shown: shown(), left: size - maxRows } : { shown: data, left: 0 };
  if (Array.isArray(data)) return cut(data.length, () => data.slice(0, maxRows));
  if (types.isTypedArray(data)) return cut(data.length, () => data.subarray(0, maxRows));
  if (data instanceof Map) return cut(data.size, () => new Map(first(data)));
  if (data instanceof Set) return cut(data.size, () => new Set(first(data)));
  const names = Object.keys(data);
  return cut(names.length, () =>
    Object.fromEntries(
      names.slice(0, maxRows).map((name) => [name, (data as Record<string, unknown>)[name]]),
    ),
  );
}

/** Says that there are more rows, and how to see them; empty if there are none. */
export function moreRows(left: number): string {
  if (left === 0) return "";
  const next = `${maxRows}, ${2 * maxRows}`;
  return `… ${left.toLocaleString("en")} more rows; console.table(rows.slice(${next})) shows the next ones.`;
}

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
    `<tr><th>${htmlText(first)}</th>${others.map((text) => `<${tag}>${htmlText(text)}</${tag}>`).join("")}</tr>`;
  const body = rows.map((row) => line("td", row));
  return `<table><thead>${line("th", head)}</thead><tbody>${body.join("")}</tbody></table>`;
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

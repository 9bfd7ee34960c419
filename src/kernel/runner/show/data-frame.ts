/**
 * Data frames of nodejs-polars as Polars shows them in Python: the first and the last rows, the shape, the type of each
 * column. Their own HTML has 50 rows, with all digits, and fails where there are bigints.
 */
import { inspect } from "node:util";
import { htmlText } from "./html-text.js";

/** What is used here of a data frame: not of its Proxy, in which the names of columns hide its properties. */
interface DataFrame {
  columns: string[];
  height: number;
  getColumn(name: string): Column;
}

interface Column {
  dtype: { variant: string };
  head(length: number): Column;
  tail(length: number): Column;
  toArray(): unknown[];
}

const mostRows = 10;
const significantDigits = 6;
const longestText = 80;

/** @param target what the value is a Proxy of */
export function isDataFrame(target: unknown): target is DataFrame {
  return Object.prototype.toString.call(target) === "[object DataFrame]";
}

export function dataFrameHtml(frame: DataFrame): string {
  const { columns, height } = frame;
  const isCut = height > mostRows;
  const shown = columns.map((name) => {
    const column = frame.getColumn(name);
    const type = column.dtype.variant;
    const values = isCut
      ? [...column.head(mostRows / 2).toArray(), gap, ...column.tail(mostRows / 2).toArray()]
      : column.toArray();
    const align = type === "String" ? ' style="text-align: left"' : "";
    return { name, type, align, values };
  });
  const head = shown.map(
    ({ name, type, align }) => `<th${align}>${htmlText(name)}<br><small>${htmlText(type)}</small></th>`,
  );
  const rows = Array.from({ length: isCut ? mostRows + 1 : height }, (_, row) =>
    shown
      .map(({ type, align, values }) => `<td${align}>${htmlText(cellText(values[row], type))}</td>`)
      .join(""),
  );
  const body = rows.map((cells) => `<tr>${cells}</tr>`).join("");
  return (
    `<table><thead><tr>${head.join("")}</tr></thead><tbody>${body}</tbody></table>` +
    `<div>shape: (${count(height)}, ${count(columns.length)})</div>`
  );
}

const gap = Symbol("rows that are not shown");

const count = (value: number): string => value.toLocaleString("en");

function cellText(value: unknown, type: string): string {
  if (value === gap) return "…";
  if (value === null || value === undefined) return "null";
  if (typeof value === "number" && type.startsWith("Float")) return numberText(value);
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) return "Invalid Date";
    return value
      .toISOString()
      .slice(0, type === "Date" ? 10 : 19)
      .replace("T", " ");
  }
  const text = typeof value === "string" ? value : inspected(value);
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text;
}

const inspected = (value: unknown): string =>
  typeof value === "bigint" ? value.toString() : inspect(value, { depth: 2, breakLength: Infinity });

function numberText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  // Digits before the point stay: 1234567.891 is not 1234570.
  const isLong = Math.abs(value) >= 10 ** (significantDigits - 2);
  return String(Number(isLong ? value.toFixed(2) : value.toPrecision(significantDigits)));
}

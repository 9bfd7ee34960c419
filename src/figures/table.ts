import { markup } from "../host/markup.js";
import { inspect } from "node:util";
import { columnsOf, isDataFrame, type DataFrame } from "../arrays/data-frame.js";
import { SelfShowing } from "../host/self-showing.js";
import { htmlTable, textTable } from "./table-markup.js";
import { whatArrived } from "./what-arrived.js";

export interface TableOptions {
  /** The most rows shown; of longer tables the first and the last ones are, and how to see more. Default 20. */
  maxRows?: number;
  /** The most columns shown. Default 30. */
  maxColumns?: number;
}

/**
 * Rows as a table with its shape below: `1,000,000 rows × 4 columns`. Of long tables only the first and last rows are
 * read.
 *
 * @param rows An array of objects (columns are the properties of all of them, in order of appearance), or a data frame
 *   of `nodejs-polars`.
 * @throws TypeError if it is neither; RangeError if `maxRows` or `maxColumns` is no whole number from 1 up.
 *
 * @example
 * table([{ model: "MLP", accuracy: 0.982 }, { model: "CNN", accuracy: 0.991 }]);
 * table(pl.readCSV("iris.csv"), { maxRows: 10 });
 */
export function table(rows: readonly object[] | DataFrame, options: TableOptions = {}): SelfShowing {
  const { maxRows = 20, maxColumns = 30 } = options;
  for (const [name, value] of Object.entries({ maxRows, maxColumns })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`${name} must be a whole number from 1 up, but got ${value}.`);
    }
  }
  const source = readRows(rows, maxRows);
  const columns = source.columns.slice(0, maxColumns);
  const cut = columns.length < source.columns.length;
  const cells = (row: Record<string, unknown>): string[] => [
    ...columns.map((column) => cellText(row[column])),
    ...(cut ? ["…"] : []),
  ];
  const head = source.head.map(cells);
  const tail = source.tail.map(cells);
  const header = [...columns, ...(cut ? ["…"] : [])];
  const isNumeric = columns.map((column) =>
    [...source.head, ...source.tail].every(
      (row) => row[column] == null || ["number", "bigint"].includes(typeof row[column]),
    ),
  );
  const count = (value: number, name: string): string =>
    `${value.toLocaleString("en-US")} ${name}${value === 1 ? "" : "s"}`;
  const isCut = source.height > source.head.length + source.tail.length;
  const more = isCut ? `; { maxRows: ${10 * maxRows} } shows more` : "";
  const shape = `${count(source.height, "row")} × ${count(source.columns.length, "column")}${more}`;
  const content = {
    header,
    rows: tail.length > 0 ? [...head, header.map(() => "…"), ...tail] : head,
    isNumeric,
  };
  return new SelfShowing(() => ({
    "text/html": String(markup`${htmlTable(content)}<div>${shape}</div>`),
    "text/plain": [...textTable(content), shape].join("\n"),
  }));
}

interface Source {
  columns: string[];
  height: number;
  head: Record<string, unknown>[];
  /** Empty if `head` is all. */
  tail: Record<string, unknown>[];
}

function readRows(rows: readonly object[] | DataFrame, maxRows: number): Source {
  const headLength = Math.ceil(maxRows / 2);
  if (Array.isArray(rows) && rows.every((row) => typeof row === "object" && row !== null)) {
    const records = rows as Record<string, unknown>[];
    const columns = new Set<string>();
    for (const row of records) for (const name of Object.keys(row)) columns.add(name);
    const [height, isShort] = [records.length, records.length <= maxRows];
    const head = isShort ? records : records.slice(0, headLength);
    const tail = isShort || headLength === maxRows ? [] : records.slice(headLength - maxRows);
    return { columns: [...columns], height, head, tail };
  }
  if (!isDataFrame(rows)) {
    throw new TypeError(
      `table needs an array of objects or a data frame of nodejs-polars, but got ${whatArrived(rows)}. ` +
        "For numbers with a shape, the array shows itself.",
    );
  }
  const columns = columnsOf(rows);
  const height = columns[0]?.length ?? 0;
  const isShort = height <= maxRows;
  const records = (start: number, length: number): Record<string, unknown>[] => {
    const parts = columns.map((column) => [column.name, column.slice(start, length).toArray()] as const);
    return Array.from({ length }, (_, row) =>
      Object.fromEntries(parts.map(([name, values]) => [name, values[row]])),
    );
  };
  const head = records(0, isShort ? height : headLength);
  const tailLength = isShort ? 0 : maxRows - headLength;
  return {
    columns: columns.map(({ name }) => name),
    height,
    head,
    tail: records(height - tailLength, tailLength),
  };
}

function cellText(value: unknown): string {
  if (value === undefined) return "";
  if (typeof value === "string") return value.length > 80 ? `${value.slice(0, 80)}…` : value;
  if (typeof value === "number")
    return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
  if (typeof value === "bigint") return String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  return inspect(value, { depth: 1, breakLength: Infinity, maxArrayLength: 5 });
}

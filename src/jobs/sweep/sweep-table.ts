import type { RunRecord } from "./run-record.js";

/** The runs as rows; columns are the parameters, then the results, then seconds. */
export interface SweepTable {
  parameters: string[];
  results: string[];
  rows: { record: RunRecord; cells: unknown[] }[];
}

/**
 * @param sort a column by which the rows are put in order, largest first; with a `-` before it, smallest first. A result
 *   comes to stand last
 */
export function sweepTable(records: readonly (RunRecord | undefined)[], sort = ""): SweepTable {
  const [, sign, by] = /^(-?)(.*)$/.exec(sort)!;
  const direction = sign ? -1 : 1;
  const ended = records.filter((record) => record !== undefined);
  const names = (of: (record: RunRecord) => object): string[] => [
    ...new Set(ended.flatMap((each) => Object.keys(of(each)))),
  ];
  const parameters = names(({ parameters: values }) => values);
  const results = names(({ results: values }) => values).toSorted(
    (a, b) => Number(a === by) - Number(b === by),
  );
  const rows = ended.map((record) => ({
    record,
    cells: [
      ...parameters.map((name) => record.parameters[name]),
      ...results.map((name) => record.results[name]),
      record.seconds,
    ],
  }));
  const column = [...parameters, ...results, "seconds"].indexOf(by!);
  const order = (value: unknown): number => (typeof value === "number" ? value * direction : -Infinity);
  if (column >= 0)
    rows.sort(({ cells: { [column]: a } }, { cells: { [column]: b } }) =>
      order(a) === order(b) ? 0 : order(b) - order(a),
    );
  return { parameters, results, rows };
}

/** A value in a table, at most so many characters. */
export function shownValue(value: unknown, width = 40): string {
  if (value === undefined) return "";
  const text =
    typeof value === "number" && !Number.isInteger(value)
      ? String(Number(value.toPrecision(5)))
      : typeof value === "string"
        ? value
        : (JSON.stringify(value) ?? "");
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}

/** The table for a terminal. */
export function tableText({ parameters, results, rows }: SweepTable): string {
  const head = [...parameters, ...results, "seconds", ""];
  const body = rows.map(({ record, cells }) => [
    ...cells.map((cell) => shownValue(cell)),
    record.state === "failed" ? `failed: ${record.error ?? ""}` : "",
  ]);
  const widths = head.map((name, i) => Math.max(name.length, ...body.map((row) => row[i]!.length)));
  const isNumber = (i: number): boolean =>
    rows.every(({ cells }) => cells[i] === undefined || typeof cells[i] === "number");
  const line = (cells: string[]): string =>
    cells
      .map((cell, i) =>
        i < head.length - 1 && isNumber(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!),
      )
      .join("  ")
      .trimEnd();
  return [line(head), ...body.map(line)].join("\n");
}

/** The table for spreadsheets: RFC 4180. */
export function tableCsv({ parameters, results, rows }: SweepTable): string {
  const field = (value: unknown): string => {
    const text =
      value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
    // What starts like a formula, a spreadsheet would compute.
    const safe = typeof value === "string" && /^[=+@\t\r]|^-(?![\d.])/.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const lines = rows.map(({ record, cells }) => [...cells, record.state, record.error].map(field).join(","));
  return `${[[...parameters, ...results, "seconds", "state", "error"].map(field).join(","), ...lines].join("\r\n")}\r\n`;
}

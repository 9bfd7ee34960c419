import type { CellError } from "../kernel/contracts.js";
import type { NotebookCell } from "./notebook.js";

/** How the run of one code cell went. */
export interface CellDetails {
  readonly cell: NotebookCell;
  /** Its number among the code cells, from 1, and how many there are. */
  readonly number: number;
  readonly of: number;
  state: "pending" | "running" | "done" | "failed" | "skipped" | "interrupted";
  /** The n of `In [n]`. */
  executionCount?: number;
  started?: Date;
  ended?: Date;
  /** What it failed by. */
  error?: CellError;
}

export const newDetails = (cell: NotebookCell, number: number, of: number): CellDetails => ({
  cell,
  number,
  of,
  state: "pending",
});

/** Seconds that a cell took; 0 for one that has not ended. */
export const secondsOf = ({ started, ended }: CellDetails): number =>
  started && ended ? (ended.getTime() - started.getTime()) / 1000 : 0;

/** The first line of a cell that does something, at most so many characters of it. */
export function firstLine({ source }: NotebookCell, width: number): string {
  const imports = /^import\b[^;"']*(["'])[^"'\n]*\1[^\n;]*;?/gm;
  const lines = (text: string): string[] =>
    text
      .split("\n")
      .map((each) => each.trim())
      .filter(Boolean);
  const doing = lines(source.replace(imports, "")).find((each) => !/^(\/\/|\/\*|\*)/.test(each));
  const line = doing ?? lines(source)[0] ?? "";
  return line.length > width ? `${line.slice(0, Math.max(width - 1, 1))}…` : line;
}

import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { resultType } from "../../host/result.js";
import type { Notebook } from "../notebook.js";
import { writeWhole } from "../write-whole.js";
import type { Point } from "./grid.js";

/** What is kept of one run of a sweep, in `record.json` of its folder. */
export interface RunRecord {
  state: "done" | "failed";
  /** As they were asked for. */
  point: Point;
  /** As the notebook got them. */
  parameters: Record<string, unknown>;
  results: Record<string, unknown>;
  /** What it failed by. */
  error?: string;
  seconds: number;
  /** Of the notebook's cells: another notebook's runs are not taken for this one's. */
  notebook: string;
}

/** The folder of a run: readable, and the same for the same values whatever else is in the grid. */
export function runFolder(folder: string, point: Point): string {
  const words = Object.entries(point).map(([name, value]) => `${name}=${value}`);
  const readable = words
    .join(",")
    .replace(/[^\w=.,+-]+/g, "_")
    .slice(0, 80);
  return path.join(folder, "runs", `${readable}-${hash(words.join("\n"))}`);
}

/** What a run depends on besides its parameters. */
export const notebookHash = ({ cells }: Notebook): string =>
  hash(JSON.stringify(cells.map(({ cell_type: type, source, metadata }) => [type, source, metadata.tags])));

const hash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 8);

/** The record of a run of this notebook that has ended; undefined if there is none. */
export function readRecord(folder: string, point: Point, notebook: string): RunRecord | undefined {
  const file = path.join(runFolder(folder, point), "record.json");
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  const record = JSON.parse(text) as RunRecord;
  return record.notebook === notebook ? record : undefined;
}

export const writeRecord = (folder: string, record: RunRecord): void =>
  writeWhole(
    path.join(runFolder(folder, record.point), "record.json"),
    `${JSON.stringify(record, undefined, 2)}\n`,
  );

/** What `result()` has recorded in a notebook that was run. */
export function resultsIn(notebook: Notebook): Record<string, unknown> {
  const results: Record<string, unknown> = {};
  for (const cell of notebook.cells)
    for (const { data } of cell.outputs ?? []) {
      const recorded = (data as Record<string, unknown> | undefined)?.[resultType];
      if (typeof recorded === "object" && recorded !== null) Object.assign(results, recorded);
    }
  return results;
}

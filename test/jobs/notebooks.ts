import fs from "node:fs";
import path from "node:path";
import type { Notebook, NotebookCell } from "../../src/jobs/notebook.js";
import { temporaryFolder } from "../setup/sandbox.js";

/** A code cell, with tags. */
export const code = (source: string, ...tags: string[]): NotebookCell => ({
  cell_type: "code",
  id: `cell-${source.length}`,
  metadata: tags.length > 0 ? { tags } : {},
  source,
  outputs: [],
  execution_count: null,
});

export const markdownCell = (source: string): NotebookCell => ({
  cell_type: "markdown",
  metadata: {},
  source,
});

export const notebookOf = (...cells: (NotebookCell | string)[]): Notebook => ({
  cells: cells.map((cell) => (typeof cell === "string" ? code(cell) : cell)),
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
});

/** The file of such a notebook, in a folder of its own. */
export function notebookFile(...cells: (NotebookCell | string)[]): string {
  const file = path.join(temporaryFolder(), "note.ipynb");
  fs.writeFileSync(file, JSON.stringify(notebookOf(...cells)));
  return file;
}

/** All text of a cell's outputs, without colours. */
export const textsOf = ({ outputs = [] }: NotebookCell): string[] =>
  outputs.map(({ text, evalue, data }) => {
    const shown = text ?? evalue ?? (data as Record<string, unknown> | undefined)?.["text/plain"];
    return typeof shown === "string" ? shown : "";
  });

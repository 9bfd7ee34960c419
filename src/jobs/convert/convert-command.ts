import fs from "node:fs";
import path from "node:path";
import { JobError } from "../job-error.js";
import { newCell, notebookText, readNotebook, type Notebook } from "../notebook.js";
import { writeWhole } from "../write-whole.js";
import { fromPercent, toPercent } from "./percent-format.js";

/**
 * `manabi convert`: a notebook to TypeScript in the percent format, or back. Where the notebook exists already, cells whose
 * code is unchanged keep their outputs.
 *
 * @throws JobError if the names are not a notebook's and a script's, or the file cannot be read
 */
export function convertNotebook(from: string, to: string): void {
  const kinds = [from, to].map((file) =>
    path.extname(file) === ".ipynb"
      ? "notebook"
      : /^\.[cm]?tsx?$/.test(path.extname(file))
        ? "script"
        : undefined,
  );
  if (kinds[0] === "notebook" && kinds[1] === "script") return writeWhole(to, toPercent(readNotebook(from)));
  if (kinds[0] !== "script" || kinds[1] !== "notebook")
    throw new JobError(
      `${from} to ${to}: expected a notebook and a script, as in: convert nb.ipynb nb.ts, or convert nb.ts nb.ipynb`,
    );
  if (!fs.existsSync(from)) throw new JobError(`There is no file ${from}.`);
  const notebook = fromPercent(fs.readFileSync(from, "utf8"), from);
  for (const cell of notebook.cells) if (notebook.nbformat_minor >= 5) cell.id ??= newCell("").id!;
  if (fs.existsSync(to)) keepOutputs(notebook, readNotebook(to));
  writeWhole(to, notebookText(notebook));
}

function keepOutputs(notebook: Notebook, old: Notebook): void {
  const code = old.cells.filter(({ cell_type: type }) => type === "code");
  for (const cell of notebook.cells.filter(({ cell_type: type }) => type === "code")) {
    const at = code.findIndex(
      ({ id, source }) => source === cell.source && (id === undefined || id === cell.id),
    );
    const index = at >= 0 ? at : code.findIndex(({ source }) => source === cell.source);
    if (index < 0) continue;
    const [{ outputs, execution_count: count }] = code.splice(index, 1) as [(typeof code)[number]];
    Object.assign(cell, { outputs, execution_count: count });
  }
}

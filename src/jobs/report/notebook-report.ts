import path from "node:path";
import { Markup, markup } from "../../host/markup.js";
import { secondsOf, type CellDetails } from "../cell-details.js";
import type { NotebookCell } from "../notebook.js";
import type { RunResult } from "../run-notebook.js";
import { highlighted } from "./code.js";
import { renderMarkdown } from "./markdown.js";
import { renderOutput } from "./outputs.js";
import { page } from "./page.js";

/**
 * A run as one HTML page: prose, code, outputs in their static forms, how long each cell took. It loads nothing, and
 * nothing of it runs.
 *
 * @param file the notebook's, for its name and the pictures beside it
 */
export function notebookReport(run: RunResult, file: string): string {
  const { notebook, details } = run;
  const byCell = new Map(details.map((each) => [each.cell, each]));
  const folder = path.dirname(path.resolve(file));
  const cells = notebook.cells.map((cell) => renderCell(cell, byCell.get(cell), folder));
  const title = titleOf(notebook.cells) ?? path.basename(file, ".ipynb");
  return page(title, markup`${header(run, file)}\n${cells}`);
}

function titleOf(cells: readonly NotebookCell[]): string | undefined {
  const [first] = cells.filter(({ cell_type: type }) => type === "markdown");
  return /^#\s+(.+)$/m.exec(first?.source ?? "")?.[1];
}

function header({ details, started, ended, parameters }: RunResult, file: string): Markup {
  const seconds = ((ended.getTime() - started.getTime()) / 1000).toFixed(1);
  const failed = details.find(({ state }) => state === "failed" || state === "interrupted");
  const verdict = failed
    ? markup`<a class="bad" href="#cell-${failed.number}">${failed.state === "failed" ? "failed" : "interrupted"} in code cell ${failed.number} of ${failed.of}</a>`
    : markup`<span class="good">all cells ran</span>`;
  const rows = Object.entries(parameters).map(
    ([name, value]) =>
      markup`<tr><th>${name}</th><td><code>${JSON.stringify(value) ?? "undefined"}</code></td></tr>`,
  );
  const table = rows.length > 0 ? markup`<table>${rows}</table>` : markup``;
  return markup`<header class="run"><div class="dim">${path.basename(file)} · ${started.toISOString().slice(0, 19).replace("T", " ")} UTC · ${seconds} s · ${verdict}</div>${table}</header>`;
}

function renderCell(cell: NotebookCell, details: CellDetails | undefined, folder: string): Markup {
  if (cell.cell_type === "markdown") {
    const html = renderMarkdown(cell.source, folder, cell.attachments);
    return markup`<section class="cell prose">${new Markup(html)}</section>\n`;
  }
  if (cell.cell_type === "raw") return markup`<section class="cell"><pre>${cell.source}</pre></section>\n`;
  if (cell.source.trim() === "") return markup``;
  const state = details?.state ?? "pending";
  const number = details ? markup` id="cell-${details.number}"` : markup``;
  const count = cell.execution_count ?? " ";
  const took = details?.ended ? `${secondsOf(details).toFixed(1)} s` : state;
  const outputs = (cell.outputs ?? []).map(
    (output) => markup`<div class="out">${renderOutput(output)}</div>\n`,
  );
  return markup`<section class="cell ${state}"${number}><div class="dim">In [${count}] · ${took}</div>
<div class="in"><pre>${new Markup(highlighted(cell.source, "typescript"))}</pre></div>
${outputs}</section>\n`;
}

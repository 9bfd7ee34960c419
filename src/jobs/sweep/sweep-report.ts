import path from "node:path";
import { markup, type Markup } from "../../host/markup.js";
import { page } from "../report/page.js";
import { parallelCoordinates } from "./parallel-coordinates.js";
import { runFolder } from "./run-record.js";
import { shownValue, type SweepTable } from "./sweep-table.js";

/** A sweep as one HTML page, to be put into its folder: how the results depend on the parameters, and a table with links. */
export function sweepReport(notebook: string, table: SweepTable, runs: number): string {
  const { parameters, results, rows } = table;
  const name = path.basename(notebook, ".ipynb");
  const failed = rows.filter(({ record }) => record.state === "failed").length;
  const picture = parallelCoordinates(table);
  const head = [...parameters, ...results, "seconds", "notebook"].map((each) => markup`<th>${each}</th>`);
  const body = rows.map(({ record, cells }) => {
    const link = encodeURI(`${runFolder("", record.point)}/notebook.ipynb`).replace(
      /[?#]/g,
      encodeURIComponent,
    );
    const state: Markup =
      record.state === "failed"
        ? markup`<span class="bad" title="${record.error ?? ""}">failed</span>`
        : markup`done`;
    const values = cells.map(
      (cell) => markup`<td class="${typeof cell === "number" ? "number" : ""}">${shownValue(cell)}</td>`,
    );
    return markup`<tr>${values}<td><a href="${link}">${state}</a></td></tr>\n`;
  });
  const figure = picture
    ? markup`<div style="overflow-x: auto">${picture}</div>`
    : markup`<p class="dim">A picture needs two runs that differ, and a result that is a number: result({ accuracy }).</p>`;
  return page(
    `${name}: sweep`,
    markup`<header class="run"><h1>${name}</h1><div class="dim">${rows.length} of ${runs} runs have ended${failed > 0 ? `, ${failed} of them failed` : ""}</div></header>
${figure}
<table><thead><tr>${head}</tr></thead><tbody>
${body}</tbody></table>`,
  );
}

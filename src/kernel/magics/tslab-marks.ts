/** Marks of tslab's cells that do not run in the notebook: `@module` and `@browser`. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { print, type Magics } from "./magic.js";

export const tslabMarks: Magics = {
  "@module": {
    usage: "/** @module name */",
    summary: "In a cell's first line: writes it to name.ts, for import from ./name (as in tslab).",
    argument: "text",
    run: ({ folder }, name, text) => writeModule(folder, String(name), String(text)),
  },
  "@browser": {
    usage: "/** @browser */",
    summary: "In a cell's first line: tslab runs it in the page. Here, %%html shows a page.",
    argument: "text",
    run() {
      throw new Error(
        "Cells marked @browser, which tslab runs in the page, do not run here. Show a page with %%html or html(…).",
      );
    },
  },
};

/** In place of an earlier version of the module, and of no other file. */
function writeModule(folder: string, name: string, text: string): void {
  if (name === "") throw new Error("A module needs a name, as in /** @module shapes */");
  const path = resolve(folder, `${name}.ts`);
  if (existsSync(path) && !/^\s*\/\*\*[\s*]*@module\b/.test(readFileSync(path, "utf8")))
    throw new Error(
      `${path} is there already, and no cell marked @module has written it. Choose another name.`,
    );
  writeFileSync(path, text.endsWith("\n") ? text : `${text}\n`);
  print(`Wrote ${path}\n`);
}

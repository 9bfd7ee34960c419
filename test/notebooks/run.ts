/**
 * Runs the lessons in full from a clean kernel and checks their numbers.
 *
 *   npm run notebooks                       all lessons
 *   npm run notebooks -- 01-and-gate        one lesson
 *   npm run notebooks -- --write            and keep the outputs in notebooks/
 *   npm run notebooks -- --short            as the tests run them
 *   npm run notebooks -- --kernel tslab     on another kernel
 */
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { lessons, problemsOf, shortForm } from "./expectations.js";
import { executeNotebook, notebookFolder, type NotebookFile, pictureOf } from "./notebook.js";

const { values, positionals } = parseArgs({
  options: {
    write: { type: "boolean" },
    kernel: { type: "string" },
    short: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
const { short: isShort } = values;
if (isShort && values.write) throw new Error("--write keeps the outputs of whole runs: leave out --short.");
const names = positionals.length > 0 ? positionals : lessons;
const unknown = names.filter((name) => !lessons.includes(name));
if (unknown.length > 0)
  throw new Error(`No lesson ${unknown.join(", ")}: choose from ${lessons.join(", ")}.`);

let failed = 0;
for (const name of names) {
  console.log(name);
  const start = performance.now();
  const text = await executeNotebook(name, {
    kernel: values.kernel,
    parameters: isShort ? shortForm(name) : undefined,
    progress: true,
  });
  const notebook = JSON.parse(text) as NotebookFile;
  const problems = problemsOf(name, notebook, { isShort });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(
    problems.length === 0 ? `  ok, ${seconds} s` : problems.map((problem) => `  ${problem}`).join("\n"),
  );
  failed += Number(problems.length > 0);
  if (values.write && problems.length === 0) {
    const file = join(notebookFolder, `${name}.ipynb`);
    await writeFile(`${file}.partial`, text);
    await rename(`${file}.partial`, file);
    const picture = pictureOf(notebook);
    if (picture !== undefined) {
      await mkdir(join(notebookFolder, "images"), { recursive: true });
      await writeFile(join(notebookFolder, "images", `${name}.svg`), picture);
    }
  }
}
console.log(`${names.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

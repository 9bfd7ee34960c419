/**
 * Runs the lessons in full from a clean kernel and checks their numbers.
 *
 *   npm run notebooks                       all lessons
 *   npm run notebooks -- 01-and-gate        one lesson
 *   npm run notebooks -- --write            and keep the outputs in notebooks/
 *   npm run notebooks -- --kernel tslab     on another kernel
 */
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { lessons, problemsOf } from "./expectations.js";
import { executeNotebook, notebookFolder, type NotebookFile } from "./notebook.js";

const { values, positionals } = parseArgs({
  options: { write: { type: "boolean" }, kernel: { type: "string" }, epochs: { type: "string" } },
  allowPositionals: true,
});
const epochs = values.epochs === undefined ? undefined : Number(values.epochs);
const names = positionals.length > 0 ? positionals : lessons;
const unknown = names.filter((name) => !lessons.includes(name));
if (unknown.length > 0)
  throw new Error(`No lesson ${unknown.join(", ")}: choose from ${lessons.join(", ")}.`);

let failed = 0;
for (const name of names) {
  console.log(name);
  const start = performance.now();
  const text = await executeNotebook(name, { kernel: values.kernel, epochs, progress: true });
  const problems = problemsOf(name, JSON.parse(text) as NotebookFile, { epochs });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(
    problems.length === 0 ? `  ok, ${seconds} s` : problems.map((problem) => `  ${problem}`).join("\n"),
  );
  failed += Number(problems.length > 0);
  if (values.write && problems.length === 0) {
    const file = join(notebookFolder, `${name}.ipynb`);
    await writeFile(`${file}.partial`, text);
    await rename(`${file}.partial`, file);
  }
}
console.log(`${names.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

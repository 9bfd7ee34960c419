import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { exitCodes, hasSucceeded, JobError, readNotebook, runNotebook, writeWhole } from "../jobs/index.js";
import type { Grade } from "../lessons/index.js";

/** `manabi grade`: runs learners' notebooks and says which of their answers are right. `prepare` sets up what cells need. */
export function addGrade(program: Command, prepare: () => Promise<void>): void {
  program
    .command("grade")
    .description("check the exercises in learners' notebooks, each run from a clean kernel")
    .argument("<notebooks...>", "files, or folders of notebooks")
    .option("--junit <file>", "the exercises as test cases")
    .option("--timeout <seconds>", "the most that a cell may take", (text) => {
      const seconds = Number(text);
      if (!(seconds > 0)) throw new InvalidArgumentError("Expected seconds.");
      return seconds;
    })
    .action(async (given: string[], { junit, timeout }: { junit?: string; timeout?: number }) => {
      const notebooks = given.flatMap(notebooksIn);
      for (const notebook of notebooks) readNotebook(notebook);
      await prepare();
      // With TensorFlow, which the other commands need not wait for.
      const { gradeOf, gradesJunit, gradesTable, hasPassed, readProgress } =
        await import("../lessons/index.js");
      const grades: Grade[] = [];
      for (const notebook of notebooks) {
        process.stderr.write(`${notebook}\n`);
        // oxlint-disable-next-line no-await-in-loop -- one after the other: training takes all cores
        const { sources, progress, failure } = await answersIn(notebook, timeout, readProgress);
        grades.push(gradeOf(notebook, sources, progress, failure));
        if (junit !== undefined) writeWhole(junit, gradesJunit(grades));
      }
      console.log(gradesTable(grades));
      process.exitCode = grades.every(hasPassed) ? exitCodes.ok : exitCodes.cellFailed;
    });
}

/** Runs a notebook, its file left as it is, with progress of its own. */
async function answersIn<Kept>(
  notebook: string,
  timeout: number | undefined,
  readProgress: (file: string) => Kept,
): Promise<{ sources: string[]; progress: Kept; failure: string | undefined }> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "manabi-grade-"));
  const file = path.join(folder, "progress.json");
  try {
    const run = await runNotebook(notebook, { timeout, keepGoing: true, env: { MANABI_PROGRESS: file } });
    const failed = run.details.find(({ state, error }) => state === "failed" && error);
    return {
      sources: run.details.map(({ cell }) => cell.source),
      progress: readProgress(file),
      failure: hasSucceeded(run)
        ? undefined
        : `cell ${failed?.number}: ${failed?.error?.ename}: ${failed?.error?.evalue}`,
    };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** The notebook, or those in a folder, in order. */
function notebooksIn(given: string): string[] {
  if (!fs.statSync(given, { throwIfNoEntry: false })?.isDirectory()) return [given];
  const names = fs.readdirSync(given).filter((name) => name.endsWith(".ipynb") && !name.startsWith("."));
  if (names.length === 0) throw new JobError(`There is no notebook in the folder ${given}.`);
  return names.toSorted().map((name) => path.join(given, name));
}

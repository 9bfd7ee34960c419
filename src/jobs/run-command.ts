import fs from "node:fs";
import path from "node:path";
import { failureText } from "./failure-text.js";
import { JobError } from "./job-error.js";
import { junitXml, type RunOfNotebook } from "./junit.js";
import { readNotebook } from "./notebook.js";
import { givenParameters } from "./parameter-values.js";
import { hasSucceeded, runNotebook, totalSeconds, type RunResult } from "./run-notebook.js";
import { RunProgress } from "./run-progress.js";
import { untilSignal } from "./until-signal.js";
import { writeWhole } from "./write-whole.js";

/** The options of `manabi run`, as its command line names them. */
export interface RunCommandOptions {
  param?: string[];
  raw?: string[];
  params?: string[];
  out?: string;
  /** As `jupyter execute` has it: relative to the notebook's folder. */
  output?: string;
  inplace?: boolean;
  html?: string;
  junit?: string;
  timeout?: number;
  startTimeout?: number;
  keepGoing?: boolean;
  strict?: boolean;
  skipCellsWithTag?: string;
  cwd?: string;
  logOutput?: boolean;
}

/** What a command ends with. */
export const exitCodes = { ok: 0, cellFailed: 1, notRun: 2 } as const;

/**
 * `manabi run`: runs notebooks one after the other, each in a process of its own.
 *
 * @returns the exit code: 0 if all went well, 1 if a cell has failed, 128 + n after a signal
 * @throws JobError if an option or a notebook is wrong; then nothing has been run
 */
export async function runNotebooks(
  notebooks: readonly string[],
  options: RunCommandOptions,
): Promise<number> {
  checkOptions(notebooks, options);
  for (const notebook of notebooks) readNotebook(notebook);
  const parameters = await givenParameters({
    params: options.param ?? [],
    raw: options.raw ?? [],
    files: options.params ?? [],
  });
  const ending = untilSignal();
  const runs: RunOfNotebook[] = [];
  let code: number = exitCodes.ok;
  try {
    for (const notebook of notebooks) {
      if (ending.signal.aborted) break;
      if (notebooks.length > 1) process.stderr.write(`${notebook}\n`);
      const progress = new RunProgress(process.stderr, "", options.logOutput);
      // oxlint-disable-next-line no-await-in-loop -- one after the other, as `jupyter execute` does it
      const run = await runNotebook(notebook, {
        parameters,
        out: outputOf(notebook, options),
        withMetadata: options.out !== undefined,
        folder: options.cwd,
        timeout: options.timeout,
        startTimeout: options.startTimeout,
        keepGoing: options.keepGoing,
        strict: options.strict,
        skipTag: options.skipCellsWithTag,
        signal: ending.signal,
        onStart: (details) => progress.start(details),
        onOutput: (details, text) => progress.output(details, text),
        onEnd: (details) => progress.end(details),
      });
      progress.stop();
      runs.push({ name: notebook, details: run.details, started: run.started });
      // oxlint-disable-next-line no-await-in-loop -- likewise
      await writeReports(notebook, run, runs, options);
      if (hasSucceeded(run)) continue;
      code = exitCodes.cellFailed;
      if (!options.keepGoing) break;
    }
  } finally {
    ending.release();
  }
  return ending.code ?? code;
}

async function writeReports(
  notebook: string,
  run: RunResult,
  runs: readonly RunOfNotebook[],
  options: RunCommandOptions,
): Promise<void> {
  if (options.html !== undefined) {
    const { notebookReport } = await import("./report/notebook-report.js");
    writeWhole(named(options.html, notebook), notebookReport(run, notebook));
  }
  if (options.junit !== undefined) writeWhole(options.junit, junitXml(runs));
  for (const details of run.details.filter(({ state, error }) => state === "failed" && error))
    process.stderr.write(`\n${failureText(details, notebook, process.stderr.isTTY)}\n`);
  const out = outputOf(notebook, options);
  const done = run.details.filter(({ state }) => state === "done" || state === "skipped").length;
  const where = out === undefined ? "" : `, written to ${out}`;
  process.stderr.write(
    `${done} of ${run.details.length} cells in ${totalSeconds(run).toFixed(1)} s${where}\n`,
  );
}

/** A name for what is made of a notebook; `{notebook_name}` stands for the notebook's, without its ending. */
const named = (pattern: string, notebook: string): string =>
  pattern.replaceAll("{notebook_name}", path.basename(notebook).replace(/\.ipynb$/, ""));

function outputOf(notebook: string, { out, output, inplace }: RunCommandOptions): string | undefined {
  if (inplace) return notebook;
  if (out !== undefined) return named(out, notebook);
  if (output === undefined) return undefined;
  const file = path.resolve(path.dirname(notebook), named(output, notebook));
  return file.endsWith(".ipynb") ? file : `${file}.ipynb`;
}

function checkOptions(notebooks: readonly string[], options: RunCommandOptions): void {
  const { inplace, out, output, html, cwd } = options;
  const targets = [inplace && "--inplace", out && "--out", output && "--output"].filter(Boolean);
  if (targets.length > 1)
    throw new JobError(`${targets.join(" and ")} both say where the output goes: give one.`);
  for (const [option, pattern] of Object.entries({ "--out": out, "--output": output, "--html": html }))
    if (notebooks.length > 1 && pattern !== undefined && !pattern.includes("{notebook_name}"))
      throw new JobError(
        `${option} ${pattern} is one file for ${notebooks.length} notebooks. Expected as in: ${option} done/{notebook_name}.ipynb`,
      );
  if (cwd !== undefined && !fs.statSync(cwd, { throwIfNoEntry: false })?.isDirectory())
    throw new JobError(`There is no folder ${cwd}, in which --cwd has the cells run.`);
}

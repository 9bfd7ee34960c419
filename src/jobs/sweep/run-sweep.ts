import os from "node:os";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { JobError } from "../job-error.js";
import { readNotebook } from "../notebook.js";
import type { GivenParameters } from "../parameter-values.js";
import { hasSucceeded, runNotebook, totalSeconds, type RunOptions } from "../run-notebook.js";
import type { Point } from "./grid.js";
import { notebookHash, readRecord, resultsIn, runFolder, writeRecord, type RunRecord } from "./run-record.js";

export interface SweepOptions extends Pick<
  RunOptions,
  "timeout" | "startTimeout" | "strict" | "skipTag" | "signal" | "folder"
> {
  /** Where the runs are kept. */
  out: string;
  /** Runs at the same time. Default 1. */
  jobs?: number;
  /** Parameters that are the same in all runs. */
  fixed?: GivenParameters;
  /** Only these runs, by their place in the grid from 0. */
  only?: readonly number[] | undefined;
  /** Called when a run has ended, or was found to have ended before. */
  onRecord?: (index: number, record: RunRecord, isOld: boolean) => void;
}

/**
 * Runs a notebook for each point of a grid; what has ended well before, in this folder, is not run again. Each run's folder
 * has its notebook and its record, and nobody else writes there, so that machines may share the folder.
 *
 * @returns the record of each point; undefined for one that was not reached
 * @throws JobError if the notebook cannot be run with such parameters at all
 */
export async function runSweep(
  file: string,
  points: readonly Point[],
  options: SweepOptions,
): Promise<(RunRecord | undefined)[]> {
  const { out, jobs = 1, only, signal } = options;
  const notebook = notebookHash(readNotebook(file));
  const records = points.map((point) => readRecord(out, point, notebook));
  const waiting: number[] = [];
  for (const [i, record] of records.entries()) {
    if (record?.state === "done") options.onRecord?.(i, record, true);
    else if (!only || only.includes(i)) waiting.push(i);
  }
  const problems: JobError[] = [];
  const worker = async (): Promise<void> => {
    for (let i = waiting.shift(); i !== undefined; i = waiting.shift()) {
      if (signal?.aborted || problems.length > 0) return;
      try {
        // oxlint-disable-next-line no-await-in-loop -- a worker has one run at a time
        const record = await runPoint(file, points[i]!, notebook, options);
        if (!record) return;
        records[i] = record;
        options.onRecord?.(i, record, false);
      } catch (error) {
        if (!(error instanceof JobError)) throw error;
        problems.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(jobs, waiting.length)) }, worker));
  if (problems[0]) throw problems[0];
  return records;
}

/** Undefined if the run was interrupted. */
async function runPoint(
  file: string,
  point: Point,
  notebook: string,
  options: SweepOptions,
): Promise<RunRecord | undefined> {
  const { out, jobs = 1, fixed = new Map() } = options;
  const given = Object.entries(point).map(([name, text]) => [name, { text }] as const);
  const run = await runNotebook(file, {
    ...options,
    out: path.join(runFolder(out, point), "notebook.ipynb"),
    parameters: new Map([...fixed, ...given]),
    env: shareOfProcessors(jobs),
  });
  if (run.details.some(({ state }) => state === "interrupted") || options.signal?.aborted) return undefined;
  const failed = run.details.find(({ state }) => state === "failed");
  const record: RunRecord = {
    state: hasSucceeded(run) ? "done" : "failed",
    point,
    parameters: run.parameters,
    results: resultsIn(run.notebook),
    seconds: Number(totalSeconds(run).toFixed(3)),
    notebook,
    ...(failed?.error && {
      error: stripVTControlCharacters(`cell ${failed.number}: ${failed.error.ename}: ${failed.error.evalue}`),
    }),
  };
  writeRecord(out, record);
  return record;
}

/** Several TensorFlows that each use all processors are slower than ones that share them. */
function shareOfProcessors(jobs: number): NodeJS.ProcessEnv {
  if (jobs <= 1 || process.env.TF_NUM_INTRAOP_THREADS !== undefined) return {};
  return { TF_NUM_INTRAOP_THREADS: String(Math.max(1, Math.floor(os.availableParallelism() / jobs))) };
}

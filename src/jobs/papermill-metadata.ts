import type { CellDetails } from "./cell-details.js";
import type { Notebook } from "./notebook.js";
import { secondsOf } from "./cell-details.js";

/** What a run says of itself in its output. */
export interface RunFacts {
  inputPath: string;
  outputPath: string;
  parameters: Record<string, unknown>;
  version: string;
  started: Date;
  ended?: Date;
}

/** As Python writes times. */
const time = (date: Date | undefined): string | null => date?.toISOString().replace("Z", "+00:00") ?? null;

const statuses: Record<CellDetails["state"], string> = {
  pending: "pending",
  running: "running",
  done: "completed",
  failed: "failed",
  skipped: "completed",
  interrupted: "failed",
};

/**
 * Writes into a notebook how its run goes, as papermill does (its readers, such as scrapbook, find it), and each cell's times as
 * nbclient does, which JupyterLab shows.
 */
export function addMetadata(notebook: Notebook, details: readonly CellDetails[], facts: RunFacts): void {
  for (const each of details) {
    const { cell, state, started, ended } = each;
    const failed = state === "failed" || state === "interrupted";
    cell.metadata["papermill"] = {
      duration: ended ? secondsOf(each) : null,
      end_time: time(ended),
      exception: state === "pending" || state === "running" ? null : failed,
      start_time: time(started),
      status: statuses[state],
    };
    cell.metadata.tags ??= [];
  }
  const { started, ended, inputPath, outputPath, parameters, version } = facts;
  notebook.metadata["papermill"] = {
    default_parameters: {},
    duration: ended ? (ended.getTime() - started.getTime()) / 1000 : null,
    end_time: time(ended),
    environment_variables: {},
    exception: details.some(({ state }) => state === "failed" || state === "interrupted") || null,
    input_path: inputPath,
    output_path: outputPath,
    parameters,
    start_time: time(started),
    version: `manabi ${version}`,
  };
}

/** The times of the cells as `jupyter execute` writes them. */
export function addTimes(details: readonly CellDetails[]): void {
  for (const { cell, started, ended } of details) {
    if (!started) continue;
    cell.metadata["execution"] = {
      "iopub.execute_input": started.toISOString(),
      "iopub.status.busy": started.toISOString(),
      ...(ended && { "iopub.status.idle": ended.toISOString(), "shell.execute_reply": ended.toISOString() }),
    };
  }
}

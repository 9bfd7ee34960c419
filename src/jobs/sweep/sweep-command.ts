import path from "node:path";
import { JobError } from "../job-error.js";
import { readNotebook } from "../notebook.js";
import { givenParameters } from "../parameter-values.js";
import { exitCodes } from "../run-command.js";
import { untilSignal } from "../until-signal.js";
import { writeWhole } from "../write-whole.js";
import { axisOf, gridOf, type Point } from "./grid.js";
import { kubernetesManifests, type KubernetesOptions } from "./kubernetes.js";
import { notebookHash, readRecord, type RunRecord } from "./run-record.js";
import { runSweep } from "./run-sweep.js";
import { sweepReport } from "./sweep-report.js";
import { shownValue, sweepTable, tableCsv, tableText } from "./sweep-table.js";

/** The options of `manabi sweep`, as its command line names them. */
export interface SweepCommandOptions extends Partial<KubernetesOptions> {
  param?: string[];
  params?: string[];
  out?: string;
  jobs?: number;
  sort?: string;
  timeout?: number;
  startTimeout?: number;
  strict?: boolean;
  skipCellsWithTag?: string;
  cwd?: string;
  /** The run with this number alone: a pod of an indexed job has one. */
  index?: number;
  /** Run nothing: table and report of what there is. */
  collect?: boolean;
  /** Run nothing: write the manifests. */
  kubernetes?: string;
}

/**
 * `manabi sweep`: a notebook for each combination of parameters, then a table, `results.csv` and `report.html`.
 *
 * @returns the exit code: 0 if all runs went well, 1 if one has failed, 128 + n after a signal
 * @throws JobError if an option or the notebook is wrong
 */
export async function sweepNotebook(notebook: string, options: SweepCommandOptions): Promise<number> {
  const { param = [], index, jobs = 1 } = options;
  const book = readNotebook(notebook);
  const points = gridOf(param.map(axisOf));
  if (param.length === 0)
    throw new JobError("A sweep needs parameters, as in: -p rate=0.1,0.01 -p units=32..512:x2");
  if (!Number.isInteger(jobs) || jobs < 1) throw new JobError(`--jobs must be 1 or more, not ${jobs}.`);
  if (index !== undefined && !(index in points))
    throw new JobError(
      `--index ${index} is not one of the ${points.length} runs, which are numbered from 0.`,
    );
  if (options.kubernetes !== undefined) {
    const fixed = await givenParameters({ files: options.params ?? [] });
    if (fixed.size > 0)
      throw new JobError("--params names a file that pods do not have: give its values by -p.");
    writeWhole(options.kubernetes, kubernetesManifests(notebook, book, points.length, param, options));
    process.stderr.write(
      `${points.length} runs, ${jobs} at a time. To start them: kubectl apply -f ${options.kubernetes}\n`,
    );
    return exitCodes.ok;
  }
  const out = options.out ?? `${path.basename(notebook, ".ipynb")}-sweep`;
  if (options.collect) {
    const hash = notebookHash(book);
    return conclude(
      notebook,
      out,
      points.map((point) => readRecord(out, point, hash)),
      options,
    );
  }
  const fixed = await givenParameters({ files: options.params ?? [] });
  const watch = untilSignal();
  try {
    const records = await runSweep(notebook, points, {
      out,
      jobs,
      fixed,
      only: index === undefined ? undefined : [index],
      timeout: options.timeout,
      startTimeout: options.startTimeout,
      strict: options.strict,
      skipTag: options.skipCellsWithTag,
      folder: options.cwd,
      signal: watch.signal,
      onRecord: (i, record, isOld) => process.stderr.write(`${lineOf(i, points, record, isOld)}\n`),
    });
    // A pod has one run; who collects them writes the report.
    const code = index === undefined ? conclude(notebook, out, records, options) : codeOf([records[index]]);
    return watch.code ?? code;
  } finally {
    watch.release();
  }
}

const codeOf = (records: readonly (RunRecord | undefined)[]): number =>
  records.every((record) => record?.state === "done") ? exitCodes.ok : exitCodes.cellFailed;

/** Prints the table, and writes it and the report. */
function conclude(
  notebook: string,
  out: string,
  records: readonly (RunRecord | undefined)[],
  { sort }: SweepCommandOptions,
): number {
  const table = sweepTable(records, sort);
  writeWhole(path.join(out, "results.csv"), tableCsv(table));
  writeWhole(path.join(out, "report.html"), sweepReport(notebook, table, records.length));
  process.stdout.write(`${tableText(table)}\n`);
  const missing = records.filter((record) => !record).length;
  const rest =
    missing === 0 ? "" : ` (${missing} of ${records.length} runs are missing; the same command runs them)`;
  process.stderr.write(`${path.join(out, "report.html")}${rest}\n`);
  return codeOf(records);
}

function lineOf(index: number, points: readonly Point[], record: RunRecord, isOld: boolean): string {
  const width = String(points.length).length;
  const place = `[${String(index + 1).padStart(width)}/${points.length}]`;
  const list = (values: object): string =>
    Object.entries(values)
      .map(([name, value]) => `${name}=${shownValue(value)}`)
      .join(" ");
  const state = record.state === "failed" ? "FAILED" : isOld ? "was run" : "ok";
  const what = record.state === "failed" ? (record.error ?? "") : list(record.results);
  return `${place} ${state.padEnd(7)} ${`${record.seconds.toFixed(1)} s`.padStart(8)}  ${list(record.point)}  ${what}`.trimEnd();
}

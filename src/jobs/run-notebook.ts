import path from "node:path";
import { languageInfo } from "../kernel/front/protocol/handlers/kernel_info_request.js";
import { secondsOf, type CellDetails } from "./cell-details.js";
import { executeNotebook, type ExecuteOptions } from "./execute-notebook.js";
import { readNotebook, notebookText, type Notebook } from "./notebook.js";
import { addMetadata, addTimes, type RunFacts } from "./papermill-metadata.js";
import type { GivenParameters } from "./parameter-values.js";
import { injectParameters } from "./parameters.js";
import { versions } from "./versions.js";
import { writeWhole } from "./write-whole.js";

export interface RunOptions extends Omit<ExecuteOptions, "folder" | "prepare" | "file"> {
  /** Default: the notebook's. */
  folder?: string | undefined;
  /** Where the notebook with its outputs goes; nowhere by default. It is written after each cell, so that a killed run leaves what it had. */
  out?: string | undefined;
  /** Whether the output says how it was made, as papermill's do. Default true. */
  withMetadata?: boolean;
  parameters?: GivenParameters;
}

export interface RunResult {
  notebook: Notebook;
  details: CellDetails[];
  started: Date;
  ended: Date;
  /** By name, as they were taken. */
  parameters: Record<string, unknown>;
}

/** While a cell runs for long, what it has put out is written so often. */
const savedEveryMs = 10_000;

/**
 * Runs the notebook of a file.
 *
 * @throws JobError if nothing could be run; a cell that fails is in the result
 * @example
 * const { details } = await runNotebook("lesson.ipynb", { out: "done.ipynb", timeout: 600 });
 * details.every(({ state }) => state === "done"); // true
 */
export async function runNotebook(file: string, options: RunOptions = {}): Promise<RunResult> {
  const { out, parameters: given = new Map(), withMetadata = true } = options;
  const notebook = readNotebook(file);
  const version = versions();
  notebook.metadata["language_info"] = { ...languageInfo(version.typescript) };
  notebook.metadata["kernelspec"] ??= {
    display_name: "TypeScript (Manabi)",
    language: "typescript",
    name: "manabi",
  };
  const facts: RunFacts = {
    inputPath: file,
    outputPath: out ?? file,
    parameters: {},
    version: version.kernel,
    started: new Date(),
  };
  let details: CellDetails[] = [];
  const save = (): void => {
    if (out === undefined) return;
    if (withMetadata) addMetadata(notebook, details, facts);
    addTimes(details);
    writeWhole(out, notebookText(notebook));
  };
  const saver = new PacedSaver(save);
  try {
    details = await executeNotebook(notebook, {
      ...options,
      file,
      folder: options.folder ?? path.dirname(path.resolve(file)),
      prepare: async (service) => {
        if (given.size > 0) facts.parameters = (await injectParameters(notebook, given, service)).values;
      },
      onBegin: (all) => {
        details = all;
        saver.now();
      },
      onStart: (each) => options.onStart?.(each),
      onOutput: (each, text) => {
        saver.later();
        options.onOutput?.(each, text);
      },
      onEnd: (each) => {
        options.onEnd?.(each);
        saver.now();
      },
    });
  } finally {
    saver.stop();
    facts.ended = new Date();
    if (details.length > 0 || notebook.cells.length === 0) save();
  }
  return { notebook, details, started: facts.started, ended: facts.ended, parameters: facts.parameters };
}

/** Whether all cells went well. */
export const hasSucceeded = ({ details }: Pick<RunResult, "details">): boolean =>
  details.every(({ state }) => state === "done" || state === "skipped");

/** Seconds that the cells took. */
export const totalSeconds = ({ details }: Pick<RunResult, "details">): number =>
  details.reduce((sum, each) => sum + secondsOf(each), 0);

/** Saves at once, unless that takes so long that the run would mostly save. */
class PacedSaver {
  #timer: NodeJS.Timeout | undefined;
  #notBefore = 0;

  constructor(private readonly save: () => void) {}

  now(): void {
    const started = performance.now();
    if (started < this.#notBefore) return this.later(this.#notBefore - started);
    this.stop();
    this.save();
    const ended = performance.now();
    this.#notBefore = ended + 20 * (ended - started);
  }

  later(ms = savedEveryMs): void {
    if (ms < savedEveryMs) this.stop();
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.now();
    }, ms);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

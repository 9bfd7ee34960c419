import path from "node:path";
import type { CellDiagnostic, CellOutcome, CellService, Runner } from "../kernel/contracts.js";
import { createCellService } from "../kernel/front/cell-service.js";
import { isRepeated, renderErrors, renderNotices } from "../kernel/front/protocol/diagnostics.js";
import { helpCommand } from "../kernel/front/protocol/help-command.js";
import { isAttachCommand } from "../kernel/front/protocol/attach-command.js";
import { settingCommand, type Settings } from "../kernel/front/protocol/settings.js";
import { createRunner } from "../kernel/front/runner-process.js";
import { CellOutputs, type Displays } from "./cell-outputs.js";
import { newDetails, type CellDetails } from "./cell-details.js";
import { JobError } from "./job-error.js";
import { hasTag, type Notebook, type NotebookCell } from "./notebook.js";
import { timedOut } from "./timed-out.js";

export interface ExecuteOptions {
  /** The folder in which the cells run, and where their modules are looked for. */
  folder: string;
  /** The notebook's file, for the kernel. */
  file?: string | undefined;
  /** Seconds that a cell may take. Default: as long as it takes. */
  timeout?: number | undefined;
  /** Seconds until the runner must be there. Default 60. */
  startTimeout?: number | undefined;
  /** Cells after one that has failed are run, too. */
  keepGoing?: boolean | undefined;
  /** Cells with type errors are not run. */
  strict?: boolean | undefined;
  /** Cells with such a tag are not run, besides `skip-execution`. */
  skipTag?: string | undefined;
  env?: NodeJS.ProcessEnv | undefined;
  /** Its abort ends the cell that runs, and the job. */
  signal?: AbortSignal | undefined;
  /** Called with the parts once they are made, before the first cell. What it throws ends the job before anything runs. */
  prepare?: ((service: CellService) => Promise<void>) | undefined;
  /** Called once all is ready, with all code cells. */
  onBegin?: (details: CellDetails[]) => void;
  /** Called before a cell is run, for each of its outputs, and when it has ended. */
  onStart?: (details: CellDetails) => void;
  onOutput?: (details: CellDetails, text: string | undefined) => void;
  onEnd?: (details: CellDetails) => void;
}

/** The tag of a cell that is not run, and of one whose error is no failure; nbclient's. */
const skipTag = "skip-execution";
const raisesTag = "raises-exception";

const usualStart = 60;
/** Node's timers fire at once for more. */
const longestTimer = 2 ** 31 - 1;

/**
 * Runs the code cells of a notebook in order and puts their outputs into it. No Jupyter, no sockets: the runner and the
 * type checker of the kernel, used directly.
 *
 * @returns how each code cell went, in order; the cells after one that has failed are "pending"
 * @throws JobError if nothing can be run
 */
export async function executeNotebook(notebook: Notebook, options: ExecuteOptions): Promise<CellDetails[]> {
  // The type checker's thread looks there for the notebook's language, as the kernel's does.
  if (options.file !== undefined) process.env.JPY_SESSION_NAME = path.resolve(options.file);
  const env = { ...process.env, ...options.env };
  const runner = createRunner({ cwd: options.folder, env });
  const service = createCellService({ cwd: options.folder });
  const starting = start(runner, options.startTimeout ?? usualStart);
  try {
    await Promise.all([starting, options.prepare?.(service)]);
    const run = new NotebookRun(notebook, runner, service, options);
    options.onBegin?.(run.details);
    return await run.cells();
  } finally {
    await starting.catch(() => undefined);
    await Promise.all([runner.shutdown(), service.shutdown()]);
  }
}

async function start(runner: Runner, seconds: number): Promise<void> {
  const late = Symbol("late");
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<typeof late>((resolve) => {
    timer = setTimeout(resolve, seconds * 1000, late);
  });
  try {
    if ((await Promise.race([runner.start(), limit])) !== late) return;
  } catch (error) {
    throw new JobError(`The process that runs the cells did not start: ${(error as Error).message}`);
  } finally {
    clearTimeout(timer);
  }
  await runner.shutdown();
  throw new JobError(`The process that runs the cells did not start within ${seconds} s.`);
}

/** One run of a notebook. */
class NotebookRun {
  readonly #outputs = new Map<string, { details: CellDetails; outputs: CellOutputs }>();
  readonly #displays: Displays = new Map();
  readonly #settings: Settings;
  /** Type errors that are still to be shown. */
  readonly #checks: Promise<void>[] = [];
  #executionCount = 0;

  constructor(
    notebook: Notebook,
    private readonly runner: Runner,
    private readonly service: CellService,
    private readonly options: ExecuteOptions,
  ) {
    this.#settings = { diagnostics: true, strict: options.strict ?? false };
    const code = notebook.cells.filter(({ cell_type: type }) => type === "code");
    this.details = code.map((cell, i) => newDetails(cell, i + 1, code.length));
    for (const { cell } of this.details) if (!this.#isSkipped(cell)) clear(cell);
    runner.onOutput = (output) => {
      const owner = this.#outputs.get(output.cellId);
      if (!owner) return;
      owner.outputs.add(output);
      if (output.type === "input_request") runner.inputReply(output.requestId, undefined);
      // A promise that nobody awaited, a timer: after the cell's end nothing else tells of it.
      if (output.type === "error" && !hasTag(owner.details.cell, raisesTag)) owner.details.error ??= output;
      options.onOutput?.(owner.details, shownText(output));
    };
    runner.onReplaced = () => void service.reset().catch(() => undefined);
  }

  readonly details: CellDetails[];

  async cells(): Promise<CellDetails[]> {
    const { signal, keepGoing = false } = this.options;
    for (const details of this.details) {
      if (signal?.aborted) break;
      // oxlint-disable-next-line no-await-in-loop -- one cell after the other
      await this.#cell(details);
      if (details.state === "failed" && !keepGoing) break;
      if (details.state === "interrupted") break;
    }
    await Promise.all(this.#checks);
    for (const details of this.details)
      if (details.error && details.state === "done") details.state = "failed";
    return this.details;
  }

  #isSkipped(cell: NotebookCell): boolean {
    const { skipTag: own } = this.options;
    return cell.source.trim() === "" || hasTag(cell, skipTag) || (own !== undefined && hasTag(cell, own));
  }

  async #cell(details: CellDetails): Promise<void> {
    const { cell } = details;
    if (this.#isSkipped(cell)) {
      details.state = "skipped";
      this.options.onEnd?.(details);
      return;
    }
    this.#executionCount += 1;
    cell.execution_count = details.executionCount = this.#executionCount;
    const outputs = new CellOutputs(this.#executionCount, this.#displays);
    cell.outputs = outputs.outputs;
    const cellId = `cell-${details.number}`;
    this.#outputs.set(cellId, { details, outputs });
    details.state = "running";
    details.started = new Date();
    this.options.onStart?.(details);
    const outcome = this.#command(cell.source, outputs) ?? (await this.#run(cellId, details, outputs));
    details.ended = new Date();
    if (outcome.status === "error") outputs.error(outcome);
    details.state = this.#stateAfter(outcome, details);
    this.options.onEnd?.(details);
  }

  #stateAfter(outcome: CellOutcome, details: CellDetails): CellDetails["state"] {
    if (outcome.status === "ok") return "done";
    if (this.options.signal?.aborted) return "interrupted";
    if (hasTag(details.cell, raisesTag) && outcome.ename !== "RunnerDied") return "done";
    details.error = outcome;
    return "failed";
  }

  /** What a cell asks of the kernel itself; undefined if it is code to run. */
  #command(code: string, outputs: CellOutputs): CellOutcome | undefined {
    const setting = settingCommand(code);
    if (setting) {
      Object.assign(this.#settings, setting.change);
      outputs.add({ type: "stream", cellId: "", name: "stdout", text: `${setting.says}\n` });
    } else if (!isAttachCommand(code) && !helpCommand(code)) return undefined;
    return { status: "ok", userExpressions: {} };
  }

  async #run(cellId: string, details: CellDetails, outputs: CellOutputs): Promise<CellOutcome> {
    const { source: code } = details.cell;
    const executionCount = this.#executionCount;
    const { strict, diagnostics } = this.#settings;
    const checking = this.service
      .check({ cellId, executionCount, code, unlessWrong: strict })
      .catch((error: Error): CellDiagnostic[] => [notChecked(error)]);
    if (strict) {
      const errors = renderErrors(await checking, code, executionCount);
      const evalue = "the cell was not run because it has type errors and strict mode is on";
      if (errors) return { status: "error", ename: "TypeScriptError", evalue, traceback: [errors, evalue] };
    }
    const outcome = await this.#evaluate({ cellId, executionCount, code });
    if (diagnostics) this.#checks.push(this.#showFindings(checking, code, executionCount, outcome, outputs));
    return outcome;
  }

  /** The next cell does not wait for them. */
  async #showFindings(
    checking: Promise<CellDiagnostic[]>,
    code: string,
    executionCount: number,
    outcome: CellOutcome,
    outputs: CellOutputs,
  ): Promise<void> {
    const shown = (await checking).filter((each) => !isRepeated(each, outcome));
    outputs.findings(renderNotices(shown) + renderErrors(shown, code, executionCount));
  }

  async #evaluate(cell: { cellId: string; executionCount: number; code: string }): Promise<CellOutcome> {
    const { timeout, signal } = this.options;
    let isLate = false;
    const interrupt = (): void => void this.runner.interrupt();
    const timer =
      timeout === undefined
        ? undefined
        : setTimeout(
            () => {
              isLate = true;
              interrupt();
            },
            Math.min(timeout * 1000, longestTimer),
          );
    signal?.addEventListener("abort", interrupt);
    try {
      const request = { ...cell, silent: false, userExpressions: {}, allowStdin: false };
      const outcome = await this.runner.execute(request);
      return isLate && outcome.status === "error" ? timedOut(timeout!, outcome) : outcome;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", interrupt);
    }
  }
}

function clear(cell: NotebookCell): void {
  cell.outputs = [];
  cell.execution_count = null;
}

function notChecked({ message }: Error): CellDiagnostic {
  const text = `The types of this cell were not checked: ${message}`;
  return { category: "warning", code: 0, message: text, start: 0, end: 0, line: 1, column: 1 };
}

function shownText(output: Parameters<Runner["onOutput"]>[0]): string | undefined {
  if (output.type === "stream") return output.text;
  const text = "data" in output ? output.data["text/plain"] : undefined;
  return typeof text === "string" ? `${text}\n` : undefined;
}

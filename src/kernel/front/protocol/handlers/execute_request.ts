import type { CellDiagnostic, CellOutcome, JsonObject } from "../../../contracts.js";
import { logWarning } from "../../log.js";
import { atMost } from "../at-most.js";
import type { Cell } from "../cells.js";
import { flag, object, text } from "../content.js";
import { isRepeated, mayBeRepeated, renderErrors, renderNotices } from "../diagnostics.js";
import { helpCommand } from "../help-command.js";
import type { Kernel } from "../kernel.js";
import type { Request } from "../request.js";
import { settingCommand } from "../settings.js";
import { inspect } from "./inspect_request.js";

/** A cell that has ended does not wait longer for its type errors; they are shown when they come. */
const diagnosticsWaitMs = 2000;
/** So long a finding waits for an error of the running cell that says the same. */
const repetitionWaitMs = 300;

/**
 * Runs a cell; https://jupyter-client.readthedocs.io/en/stable/messaging.html#execute
 * If the cells that wait behind it shall be aborted, resolves to the time when it failed.
 */
export async function execute_request(kernel: Kernel, request: Request): Promise<number | undefined> {
  const started = new Date().toISOString();
  kernel.status("busy", request);
  let failedAt: number | undefined;
  try {
    const { outcome, cell, stopOnError } = await execute(kernel, request);
    if (outcome.status === "error" && stopOnError) failedAt = Date.now();
    kernel.reply(request, replyContent(outcome, cell), { started });
  } catch (error) {
    kernel.replyFailure(request, error);
  }
  kernel.status("idle", request);
  return failedAt;
}

/** Answers a request that is not run because an earlier cell failed. */
export function abortExecution(kernel: Kernel, request: Request): void {
  kernel.status("busy", request);
  // Without a count, as of ipykernel: front ends would number the cell as if it had run.
  kernel.reply(request, { status: "aborted" });
  kernel.status("idle", request);
}

async function execute(kernel: Kernel, request: Request) {
  const options = readOptions(request.content);
  const { code, silent, storeHistory, stopOnError } = options;
  if (storeHistory) kernel.executionCount++;
  const { executionCount, publisher } = kernel;
  const cell = kernel.cells.add(request, executionCount);
  const evaluation = doCommand(kernel, request, code) ?? evaluate(kernel, cell, options);
  // The runner is at work meanwhile; what it sends comes later.
  if (!silent) publisher.now(request.header, "execute_input", { code, execution_count: executionCount });
  if (storeHistory) kernel.history.add(executionCount, code);
  const outcome = await evaluation;
  if (outcome.status === "error") {
    const { ename, evalue, traceback } = outcome;
    void publisher.output({ parent: request.header, type: "error", content: { ename, evalue, traceback } });
  }
  if (storeHistory && cell.result !== undefined) kernel.history.addOutput(executionCount, cell.result);
  delete cell.result;
  await publisher.flush();
  return { outcome, cell, stopOnError };
}

/** What a cell asks of the kernel itself; undefined if it is code to run. */
function doCommand(kernel: Kernel, { header }: Request, code: string): Promise<CellOutcome> | undefined {
  const setting = settingCommand(code);
  if (setting) {
    Object.assign(kernel.settings, setting.change);
    void kernel.publisher.stream(header, "stdout", `${setting.says}\n`);
    return Promise.resolve({ status: "ok", userExpressions: {} });
  }
  const question = helpCommand(code);
  return question && help(kernel, header, question.about, question.detailLevel);
}

/** https://jupyter-client.readthedocs.io/en/stable/messaging.html#payloads-deprecated: "page" */
async function help(
  kernel: Kernel,
  header: Request["header"],
  about: string,
  detailLevel: 0 | 1,
): Promise<CellOutcome> {
  const data = await inspect(kernel, about, about.length, detailLevel);
  if (!data) void kernel.publisher.stream(header, "stdout", `Nothing is known about ${about}.\n`);
  return { status: "ok", userExpressions: {}, payload: data ? [{ source: "page", data, start: 0 }] : [] };
}

type Options = ReturnType<typeof readOptions>;

function readOptions(content: JsonObject) {
  const silent = flag(content, "silent", false);
  const expressions = object(content, "user_expressions", {});
  return {
    code: text(content, "code"),
    silent,
    storeHistory: !silent && flag(content, "store_history", true),
    stopOnError: flag(content, "stop_on_error", true),
    allowStdin: flag(content, "allow_stdin", false),
    userExpressions: Object.fromEntries(
      Object.keys(expressions).map((name) => [name, text(expressions, name)]),
    ),
  };
}

/** Runs and checks a cell at the same time; in strict mode, checks it first. */
async function evaluate(kernel: Kernel, cell: Cell, options: Options): Promise<CellOutcome> {
  const { code, silent, userExpressions, allowStdin } = options;
  const { id: cellId, executionCount } = cell;
  const { diagnostics, strict } = kernel.settings;
  const checked = strict ? check(kernel, cell, code) : undefined;
  if (checked) {
    const errors = renderErrors(await checked, code, executionCount);
    const evalue = "the cell was not run because it has type errors and strict mode is on (%strict off)";
    if (errors) return { status: "error", ename: "TypeScriptError", evalue, traceback: [errors, evalue] };
  }
  const running = kernel.runner.execute({
    cellId,
    executionCount,
    code,
    silent,
    userExpressions,
    allowStdin,
  });
  let showing: Promise<void> | undefined;
  if (diagnostics && !silent) {
    showing = showDiagnostics(kernel, cell, code, checked ?? check(kernel, cell, code), running);
  } else if (!checked) kernel.cellService.add({ cellId, executionCount, code });
  let outcome = await running;
  kernel.inputRequests.forget(cell);
  if (showing) await waitForDiagnostics(kernel, showing);
  if (outcome.status === "ok") outcome = await answered(kernel, cell, outcome);
  return outcome;
}

/** With the answers to what the cell has asked. */
async function answered(
  kernel: Kernel,
  { request }: Cell,
  outcome: Extract<CellOutcome, { status: "ok" }>,
): Promise<CellOutcome> {
  const payload = [...(outcome.payload ?? [])];
  for (const question of outcome.questions ?? []) {
    const { about, detailLevel } = helpCommand(question)!;
    const found = await help(kernel, request.header, about, detailLevel);
    if (found.status === "ok") payload.push(...(found.payload ?? []));
  }
  return { ...outcome, payload };
}

/** A checker that has not come back to an earlier cell will not be in time for this one. */
async function waitForDiagnostics(kernel: Kernel, showing: Promise<void>): Promise<void> {
  if (kernel.lateChecks > 0) return;
  const inTime = await atMost(
    diagnosticsWaitMs,
    showing.then(() => true),
  );
  if (inTime) return;
  kernel.lateChecks += 1;
  void showing.finally(() => (kernel.lateChecks -= 1));
}

async function check(
  kernel: Kernel,
  { id: cellId, executionCount }: Cell,
  code: string,
): Promise<CellDiagnostic[]> {
  try {
    return await kernel.cellService.check({
      cellId,
      executionCount,
      code,
      unlessWrong: kernel.settings.strict,
    });
  } catch (error) {
    logWarning("a cell could not be type-checked", error);
    return [];
  }
}

/** Shows type errors below the cell as soon as they are known, unless the cell ends by an error that says the same. */
async function showDiagnostics(
  kernel: Kernel,
  cell: Cell,
  code: string,
  checking: Promise<CellDiagnostic[]>,
  running: Promise<CellOutcome>,
): Promise<void> {
  let diagnostics = await checking;
  const notices = renderNotices(diagnostics);
  if (notices) void kernel.publisher.stream(cell.request.header, "stderr", notices);
  if (diagnostics.some(mayBeRepeated)) {
    const outcome = await atMost(repetitionWaitMs, running);
    if (outcome) diagnostics = diagnostics.filter((diagnostic) => !isRepeated(diagnostic, outcome));
  }
  const errors = renderErrors(diagnostics, code, cell.executionCount);
  if (errors) void kernel.publisher.stream(cell.request.header, "stderr", errors);
}

function replyContent(outcome: CellOutcome, { executionCount }: Cell) {
  const common = { execution_count: executionCount, user_expressions: outcome.userExpressions ?? {} };
  if (outcome.status === "ok") return { status: "ok", ...common, payload: outcome.payload ?? [] };
  const { ename, evalue, traceback } = outcome;
  return { status: "error", ...common, ename, evalue, traceback, payload: [] };
}

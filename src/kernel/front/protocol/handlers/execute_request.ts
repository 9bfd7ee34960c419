import type { CellDiagnostic, CellOutcome, JsonObject } from "../../../contracts.js";
import { logWarning } from "../../log.js";
import { atMost } from "../at-most.js";
import { attach, isAttachCommand } from "../attach-command.js";
import type { Cell } from "../cells.js";
import { flag, object, text } from "../content.js";
import { isGrammar, isRepeated, mayBeRepeated, renderErrors, renderNotices } from "../diagnostics.js";
import { helpCommand } from "../help-command.js";
import type { KernelContext } from "../handler.js";
import type { Request } from "../request.js";
import { settingCommand } from "../settings.js";
import { inspect } from "./inspect_request.js";

/** A cell that has ended does not wait longer for its type errors; they are shown when they come. */
const diagnosticsWaitMs = 2000;
/** Outputs wait so long for type errors, which come first. Those that take longer come last. */
const heldMs = 100;
/** So long they wait for the end of the cell then. */
const belowMs = 300;

/**
 * Runs a cell; https://jupyter-client.readthedocs.io/en/stable/messaging.html#execute
 * If the cells that wait behind it shall be aborted, resolves to the time when it failed.
 */
export async function execute_request(kernel: KernelContext, request: Request): Promise<number | undefined> {
  const started = new Date().toISOString();
  kernel.status("busy", request);
  let failedAt: number | undefined;
  try {
    const { outcome, cell, stopOnError } = await execute(kernel, request);
    if (outcome.status === "error" && stopOnError) failedAt = Date.now();
    kernel.reply(request, replyContent(outcome, cell), { started });
    cell.record.end();
  } catch (error) {
    kernel.replyFailure(request, error);
  }
  kernel.status("idle", request);
  return failedAt;
}

/** Answers a request that is not run because an earlier cell failed. */
export function abortExecution(kernel: KernelContext, request: Request): void {
  kernel.status("busy", request);
  // Without a count, as of ipykernel: front ends would number the cell as if it had run.
  kernel.reply(request, { status: "aborted" });
  kernel.status("idle", request);
}

async function execute(kernel: KernelContext, request: Request) {
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
    cell.record.add({ type: "error", cellId: cell.id, ename, evalue, traceback });
    void publisher.output({ parent: request.header, type: "error", content: { ename, evalue, traceback } });
  }
  if (storeHistory && cell.result !== undefined) kernel.history.addOutput(executionCount, cell.result);
  delete cell.result;
  await publisher.flush();
  return { outcome, cell, stopOnError };
}

/** What a cell asks of the kernel itself; undefined if it is code to run. */
function doCommand(kernel: KernelContext, request: Request, code: string): Promise<CellOutcome> | undefined {
  const { header } = request;
  if (isAttachCommand(code)) return attach(kernel, request);
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
  kernel: KernelContext,
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
async function evaluate(kernel: KernelContext, cell: Cell, options: Options): Promise<CellOutcome> {
  const { code, silent, userExpressions, allowStdin } = options;
  const { id: cellId, executionCount } = cell;
  const { diagnostics, strict } = kernel.settings;
  const checked = strict ? check(kernel, cell, code) : undefined;
  if (checked) {
    const errors = renderErrors(await checked, code, executionCount);
    const evalue = "the cell was not run because it has type errors and strict mode is on (%strict off)";
    if (errors) return { status: "error", ename: "TypeScriptError", evalue, traceback: [errors, evalue] };
  }
  const open = diagnostics && !silent ? hold(cell) : undefined;
  const running = kernel.runner.execute({
    cellId,
    executionCount,
    code,
    silent,
    userExpressions,
    allowStdin,
  });
  let showing: Promise<void> | undefined;
  if (open) {
    showing = showDiagnostics(kernel, cell, code, checked ?? check(kernel, cell, code), running, open);
  } else if (!checked) kernel.cellService.add({ cellId, executionCount, code });
  let outcome = await running;
  kernel.inputRequests.forget(cell);
  if (showing) await waitForDiagnostics(kernel, showing);
  if (outcome.status === "ok") outcome = await answered(kernel, cell, outcome);
  return outcome;
}

/** With the answers to what the cell has asked. */
async function answered(
  kernel: KernelContext,
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
async function waitForDiagnostics(kernel: KernelContext, showing: Promise<void>): Promise<void> {
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
  kernel: KernelContext,
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

/**
 * Shows type errors above the cell's outputs if they are known in time, else below them. Below stand, too, those that the
 * error which ends the cell may say as well, and does not.
 */
async function showDiagnostics(
  kernel: KernelContext,
  cell: Cell,
  code: string,
  checking: Promise<CellDiagnostic[]>,
  running: Promise<CellOutcome>,
  open: () => void,
): Promise<void> {
  const show = (findings: string): void => {
    if (findings === "") return;
    cell.record.add({ type: "stream", cellId: cell.id, name: "stderr", text: findings });
    void kernel.publisher.stream(cell.request.header, "stderr", findings);
  };
  const inTime = await atMost(heldMs, checking);
  if (!inTime) open();
  const diagnostics = inTime ?? (await checking);
  if (!inTime) await atMost(belowMs, running);
  show(renderNotices(diagnostics));
  const mayAll = diagnostics.some(isGrammar);
  const certain = diagnostics.filter((diagnostic) => !mayAll && !mayBeRepeated(diagnostic));
  show(renderErrors(certain, code, cell.executionCount));
  open();
  if (certain.length === diagnostics.length) return;
  const outcome = await atMost(belowMs, running);
  const left = diagnostics.filter(
    (each) => !certain.includes(each) && !(outcome && isRepeated(each, outcome)),
  );
  show(renderErrors(left, code, cell.executionCount));
}

/** Has the outputs of a cell wait until the returned function is called. */
function hold(cell: Cell): () => void {
  let release = (): void => undefined;
  cell.held = new Promise((resolve) => (release = resolve));
  return () => {
    delete cell.held;
    release();
  };
}

function replyContent(outcome: CellOutcome, { executionCount }: Cell) {
  const common = { execution_count: executionCount, user_expressions: outcome.userExpressions ?? {} };
  if (outcome.status === "ok") return { status: "ok", ...common, payload: outcome.payload ?? [] };
  const { ename, evalue, traceback } = outcome;
  return { status: "error", ...common, ename, evalue, traceback, payload: [] };
}

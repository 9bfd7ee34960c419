/** Evaluates cells: transform, run, show the value, describe the error. */
import { Script, constants } from "node:vm";
import { join } from "node:path";
import { readCompilerSettings } from "../../transform/compiler-settings.js";
import { createMagics, type RunMagic } from "../../magics/index.js";
import { CellContext } from "../../transform/cell-context.js";
import { NotebookScope } from "../../transform/scope.js";
import { transformCell } from "../../transform/transform.js";
import type { CellOutcome, CellRequest, JsonObject } from "../../contracts.js";
import { Interrupted } from "../../interrupted.js";
import { withOwnJson } from "../../intrinsics.js";
import { describeError } from "./cell-errors.js";
import { endIfBroken } from "./end-if-broken.js";
import { CellModules } from "../modules/cell-modules.js";
import { createDeno } from "../compat/deno.js";
import { createIJavascript } from "../compat/ijavascript.js";
import type { Inputs } from "./input.js";
import type { Host } from "../show/jupyter-host.js";
import { refreshColors } from "../output/color-support.js";
import { readInheritedOutput } from "../output/inherited-output.js";
import { programRunner } from "./run-program.js";
import { encodableBundle, sendBundle } from "../show/encodable-bundle.js";
import { toMimeBundle } from "../show/mime-bundle.js";
import type { OutputChannel } from "../output/output-channel.js";
import { trace } from "../output/trace.js";
import { plainText } from "../show/plain-text.js";
import { currentCell, RunningCell, runInCell } from "./running-cell.js";
import { registerSource, stackLines } from "./stack-frames.js";

type CellFunction = (
  cell: unknown,
  require: NodeJS.Require,
  filename: string,
  dirname: string,
) => Promise<{ value: unknown } | undefined>;

function compile(code: string, filename: string): CellFunction {
  // What the cell's own text imports goes through its parameters; this is for `eval` and `new Function`.
  const importModuleDynamically = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  return new Script(code, { filename, importModuleDynamically }).runInThisContext() as CellFunction;
}

export class Evaluator {
  private readonly scope = new NotebookScope();
  private readonly modules: CellModules;
  private readonly magics: RunMagic;
  /** Cells that have not settled, by id. */
  private readonly running = new Map<string, RunningCell>();
  private scripts = 0;
  /** Cells that an interrupt was meant for but that have not arrived. */
  private readonly overtaken = new Set<string>();

  constructor(
    private readonly folder: string,
    private readonly channel: OutputChannel,
    private readonly host: Host,
    inputs: Inputs,
  ) {
    this.modules = new CellModules(folder);
    this.scope.offer("Deno", createDeno(host));
    this.scope.offer("$$", createIJavascript(host, inputs));
    this.scope.offer("module", this.modules.module);
    this.scope.offer("exports", this.modules.module.exports);
    this.magics = createMagics({
      folder,
      scope: this.scope,
      display: host.display,
      runProgram: programRunner(folder, host.interruptSignal),
      ask: (about) => currentCell().questions.push(about),
    });
  }

  /** Has everything loaded and compiled that a cell needs. */
  warmUp(): void {
    const transformed = transformCell("const warm: number[] = [1]; warm", { fileName: "warm" });
    compile(transformed.code, join(this.folder, "cell-0.ts"));
    plainText({ warm: [1] });
  }

  /** Runs a cell; its outcome goes through the channel, after all its outputs. */
  execute(request: CellRequest): void {
    const cell = new RunningCell(request.cellId, request.executionCount, request.allowStdin);
    this.running.set(cell.cellId, cell);
    if (this.overtaken.delete(cell.cellId)) {
      this.interruptCell(cell, "");
      return;
    }
    void this.runToEnd(cell, request);
  }

  /** A loop that an interrupt ends never comes back here: `interrupt` settles its cell. */
  private async runToEnd(cell: RunningCell, request: CellRequest): Promise<void> {
    try {
      let outcome: CellOutcome;
      try {
        outcome = await this.run(cell, request);
      } catch (error) {
        // A child process that the cell waited for ended by the interrupt, perhaps.
        if (this.channel.interruptNumber !== 0) return this.interruptCell(cell, stackLines(error));
        outcome = { status: "error", ...describeError(error) };
      }
      this.settle(cell, outcome);
    } catch (error) {
      endIfBroken(error);
    }
  }

  /**
   * Ends all running cells, and those of `cellIds` that have not arrived yet. Code that still runs for them is told by
   * the cell's signal.
   */
  interrupt(cellIds: string[], frames: string): void {
    this.overtaken.clear();
    for (const cellId of cellIds) if (!this.running.has(cellId)) this.overtaken.add(cellId);
    for (const cell of this.running.values()) this.interruptCell(cell, frames);
  }

  private interruptCell(cell: RunningCell, frames: string): void {
    const interrupted = new Interrupted(frames);
    cell.interrupted = interrupted;
    runInCell(cell, () => cell.controller.abort(interrupted));
    this.settle(cell, { status: "error", ...describeError(interrupted) });
  }

  private async run(cell: RunningCell, request: CellRequest): Promise<CellOutcome> {
    refreshColors();
    return runInCell(cell, async () => {
      const name = `cell [${request.executionCount}]`;
      const result = await this.evaluate(request.code, name);
      const isShown = !request.silent && !cell.showsItself;
      if (isShown && result && result.value !== undefined) await this.show(cell, result.value);
      const userExpressions: Record<string, JsonObject> = {};
      for (const [key, expression] of Object.entries(request.userExpressions)) {
        // One after the other: they may depend on each other's effects.
        userExpressions[key] = await this.userExpression(expression);
      }
      const pending = cell.pendingEnded();
      if (pending) await pending;
      if (cell.failure) throw cell.failure.error;
      return { status: "ok", userExpressions, questions: cell.questions };
    });
  }

  private async evaluate(code: string, name: string): Promise<{ value: unknown } | undefined> {
    const transformed = withOwnJson(() =>
      transformCell(code, {
        fileName: name,
        earlier: this.scope,
        settings: () => readCompilerSettings(this.folder),
      }),
    );
    trace(() => `${name} becomes ${transformed.code}`);
    const filename = join(this.folder, `cell-${(this.scripts += 1)}.ts`);
    registerSource(filename, { name, code }, () => transformed.map);
    const run = compile(transformed.code, filename);
    const { modules } = this;
    return run(
      new CellContext(this.scope, modules, this.magics),
      modules.require,
      modules.meta.filename,
      modules.meta.dirname,
    );
  }

  private async show(cell: RunningCell, value: unknown): Promise<void> {
    const { data, failure } = await toMimeBundle(value);
    if (failure !== undefined) this.host.reportFailure(cell, failure);
    if (!cell.interrupted && Object.keys(data).length > 0) {
      sendBundle(this.channel, { type: "execute_result", cellId: cell.cellId, data, metadata: {} });
    }
  }

  private async userExpression(expression: string): Promise<JsonObject> {
    try {
      const result = await this.evaluate(expression, "user expression");
      const { data } = await toMimeBundle(result?.value);
      return { status: "ok", data: encodableBundle(data), metadata: {} };
    } catch (error) {
      return { status: "error", ...describeError(error) };
    }
  }

  private settle(cell: RunningCell, outcome: CellOutcome): void {
    if (!this.running.has(cell.cellId)) return;
    cell.settled = true;
    readInheritedOutput();
    // In this order: an interrupt can end this function anywhere, and then settles what is left in `running`.
    this.channel.message({ type: "settled", cellId: cell.cellId, outcome }, [], true);
    this.running.delete(cell.cellId);
  }
}

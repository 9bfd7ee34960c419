/** A runner in a folder of its own, and what its cells put out. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { CellOutcome, CellRequest, Runner, RunnerOutput } from "../../../src/kernel/contracts.js";
import { createRunner } from "../../../src/kernel/front/runner-process.js";

type ErrorOutcome = Extract<CellOutcome, { status: "error" }>;

export class RunnerHarness {
  readonly folder = mkdtempSync(join(tmpdir(), "manabi-runner-"));
  readonly runner: Runner;
  readonly outputs: RunnerOutput[] = [];
  readonly replaced: string[] = [];
  /** Cells run so far; the last one is `cell-N`. */
  count = 0;

  constructor(env: NodeJS.ProcessEnv = {}) {
    this.runner = createRunner({ cwd: this.folder, env: { ...process.env, ...env } });
    this.runner.onOutput = (output) => void this.outputs.push(output);
    this.runner.onReplaced = (reason) => void this.replaced.push(reason);
  }

  async stop(): Promise<void> {
    await this.runner.shutdown();
    rmSync(this.folder, { recursive: true, force: true });
  }

  write(path: string, text: string): void {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /** Writes a package into the folder's node_modules; `manifest` is what its package.json says beside the name. */
  install(name: string, manifest: object, files: Record<string, string>): void {
    this.write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: "1.0.0", ...manifest }));
    for (const [file, text] of Object.entries(files)) this.write(`node_modules/${name}/${file}`, text);
  }

  /** Runs a cell; its id is `cell-N` with the N of `In [N]`. */
  run(code: string, more: Partial<CellRequest> = {}): Promise<CellOutcome> {
    const executionCount = (this.count += 1);
    return this.runner.execute({
      cellId: `cell-${executionCount}`,
      executionCount,
      code,
      silent: false,
      userExpressions: {},
      allowStdin: true,
      ...more,
    });
  }

  /** The plain text of a cell's result, undefined if it has none; throws if the cell fails. */
  async result(code: string): Promise<string | undefined> {
    this.outputs.length = 0;
    succeeded(await this.run(code));
    const result = this.outputs.find((output) => output.type === "execute_result");
    return result && stripVTControlCharacters(String(result.data["text/plain"]));
  }

  /** What a cell prints, both streams in order; throws if the cell fails. */
  async printed(code: string): Promise<string> {
    this.outputs.length = 0;
    succeeded(await this.run(code));
    return this.text();
  }

  /** The error of a cell that must fail, with its traceback as one plain text. */
  async failure(code: string): Promise<ErrorOutcome & { text: string }> {
    return failed(await this.run(code));
  }

  /** All stream text so far, without colours. */
  text(): string {
    const texts = this.outputs.map((output) => (output.type === "stream" ? output.text : ""));
    return stripVTControlCharacters(texts.join(""));
  }

  /** Waits for an output that comes late. */
  async waitFor<Output extends RunnerOutput>(
    isWanted: (output: RunnerOutput) => output is Output,
    timeoutMs = 15_000,
  ): Promise<Output> {
    for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await pause(5)) {
      const found = this.outputs.find(isWanted);
      if (found) return found;
    }
    throw new Error(`no such output within ${timeoutMs} ms, only ${JSON.stringify(this.outputs)}`);
  }
}

export function succeeded(outcome: CellOutcome): void {
  if (outcome.status !== "ok") throw new Error(stripVTControlCharacters(outcome.traceback.join("\n")));
}

export function failed(outcome: CellOutcome): ErrorOutcome & { text: string } {
  if (outcome.status !== "error") throw new Error("the cell did not fail");
  return { ...outcome, text: stripVTControlCharacters(outcome.traceback.join("\n")) };
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

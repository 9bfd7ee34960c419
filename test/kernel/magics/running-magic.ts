/** A folder in which magics run, and what they write and show. */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mock } from "node:test";
import type { MimeBundle } from "../../../src/kernel/contracts.js";
import { createMagics } from "../../../src/kernel/magics/index.js";
import { programRunner } from "../../../src/kernel/runner/evaluate/run-program.js";
import { NotebookScope } from "../../../src/kernel/transform/scope.js";

type Argument = string | (() => unknown);
type Body = string | (() => Promise<{ value: unknown } | undefined>);

export class RunningMagic {
  readonly scope = new NotebookScope();
  readonly shown: MimeBundle[] = [];
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "manabi-magics-")));
  readonly #interrupt = new AbortController();

  interrupt(): void {
    this.#interrupt.abort();
  }

  /** What a magic writes, with its result. */
  async output(
    name: string,
    argument: Argument,
    body?: Body,
    folder = this.folder,
  ): Promise<{ text: string; result: unknown }> {
    const run = createMagics({
      folder,
      scope: this.scope,
      display: (bundle) => void this.shown.push(bundle),
      ask: () => undefined,
      runProgram: programRunner(folder, () => this.#interrupt.signal),
    });
    let text = "";
    const collect = (chunk: string): boolean => Boolean((text += chunk));
    const written = [process.stdout, process.stderr].map((stream) => mock.method(stream, "write", collect));
    try {
      return { result: await run(name, argument, body), text };
    } finally {
      for (const { mock: replaced } of written) replaced.restore();
    }
  }

  close(): void {
    this.scope.delete();
    rmSync(this.folder, { recursive: true });
  }
}

/**
 * `process.stdin` of cells: each line is a question to whoever runs the cell, asked when somebody reads. It ends where
 * nobody can answer. Each cell has its own, since one that has ended says no more.
 */
import readline from "node:readline";
import promises from "node:readline/promises";
import { Readable } from "node:stream";
import { nextTurn } from "../../intrinsics.js";
import type { Inputs } from "./input.js";
import { currentCell, type RunningCell } from "./running-cell.js";

class CellInput extends Readable {
  readonly fd = 0;
  /** Or spinners would read what is typed while they turn, to hide it. */
  readonly isTTY = false;
  readonly isRaw = false;

  constructor(
    private readonly cell: RunningCell,
    private readonly inputs: Inputs,
  ) {
    // Nothing is asked before somebody wants it.
    super({ highWaterMark: 0 });
    cell.controller.signal.addEventListener("abort", () => this.destroy(), { once: true });
  }

  override _read(): void {
    if (this.cell.settled) this.push(null);
    // What was printed before asks the question.
    else
      this.cell.waitFor(
        this.inputs.line("").then((line) => this.push(line === undefined ? null : `${line}\n`)),
      );
  }

  /** Keys come line by line, whatever is asked for. Who asks for them waits for somebody. */
  setRawMode(mode: boolean): this {
    if (mode && !this.cell.allowStdin) {
      throw new Error(
        "This asks a question, but the cell was run without a front end that can answer (allow_stdin).",
      );
    }
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}

export function installStandardInput(inputs: Inputs): void {
  const streams = new WeakMap<RunningCell, CellInput>();
  const get = (): CellInput => {
    const cell = currentCell();
    const known = streams.get(cell);
    const stream = known && !known.readableEnded && !known.destroyed ? known : new CellInput(cell, inputs);
    streams.set(cell, stream);
    // Who listens to it reads a little later.
    if (!cell.settled) cell.waitFor(nextTurn());
    return stream;
  };
  Object.defineProperty(process, "stdin", { get, configurable: true, enumerable: true });
  for (const each of [readline, promises]) each.createInterface = withoutEcho(each.createInterface as Create);
}

type Create = (first: unknown, output?: unknown, completer?: unknown, terminal?: boolean) => never;

/** The front end shows what was typed. On a terminal, `readline` would print it once more. */
function withoutEcho(create: Create): Create {
  return (first, output, completer, terminal) => {
    if (first instanceof CellInput) return create(first, output, completer, terminal ?? false);
    const options = first as { input?: unknown } | undefined;
    return create(
      options?.input instanceof CellInput ? { terminal: false, ...options } : options,
      output,
      completer,
    );
  };
}

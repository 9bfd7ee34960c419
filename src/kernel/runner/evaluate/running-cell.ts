/** Which cell a piece of code belongs to: the one that caused it to run, also after an `await` or from a timer. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Interrupted } from "../../interrupted.js";
import { AbortController, nextTurn } from "../../intrinsics.js";

export class RunningCell {
  readonly controller = new AbortController();
  /** What the cell has begun and does not end before: displays that are being formatted, questions without answers. */
  private readonly pending = new Set<Promise<unknown>>();
  /** Set by an interrupt; code that still goes on for this cell is stopped where it can be. */
  interrupted: Interrupted | undefined;
  /** What it has asked by `name?`. */
  readonly questions: string[] = [];
  /** It shows what it has to show itself; its last value is none of that. */
  showsItself = false;
  /** What it fails with in the end. */
  failure: { error: unknown } | undefined;
  /** Its outcome is known; what it still prints comes late. */
  settled = false;

  constructor(
    readonly cellId: string,
    readonly executionCount: number,
    readonly allowStdin: boolean,
  ) {}

  waitFor(task: Promise<unknown>): void {
    const ended: Promise<unknown> = Promise.allSettled([task]).then(() => this.pending.delete(ended));
    this.pending.add(ended);
  }

  /** Resolves when nothing of what the cell waits for is left; undefined if there is nothing. */
  pendingEnded(): Promise<void> | undefined {
    return this.pending.size === 0 ? undefined : this.endPending();
  }

  private async endPending(): Promise<void> {
    while (this.pending.size > 0) {
      await Promise.all(this.pending);
      // Who has got an answer may ask again.
      await nextTurn();
    }
  }
}

const storage = new AsyncLocalStorage<RunningCell>();
let latest = new RunningCell("", 0, false);

/** Whether the calling code goes on for a cell that was interrupted. */
export function isStopped(): boolean {
  return storage.getStore()?.interrupted !== undefined;
}

/** Throws if the calling code goes on for a cell that was interrupted; else `value`: see `transform/stoppable.ts`. */
export function stopIfInterrupted(value?: unknown): unknown {
  const interrupted = storage.getStore()?.interrupted;
  if (interrupted) throw interrupted;
  return value;
}

/** Runs `action` as a part of `cell`. */
export function runInCell<Result>(cell: RunningCell, action: () => Result): Result {
  latest = cell;
  return storage.run(cell, action);
}

/** Runs `action` for a message of the front end, which has an id as cells have, but is none. */
export function runForMessage<Result>(cellId: string, action: () => Result): Result {
  return storage.run(new RunningCell(cellId, latest.executionCount, false), action);
}

/** The cell that the calling code belongs to; the latest cell if nothing tells. */
export function currentCell(): RunningCell {
  return storage.getStore() ?? latest;
}

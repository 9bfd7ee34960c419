/** Errors that nobody caught: rejected promises, timers and event handlers. They belong to the cell that caused them. */
import { types } from "node:util";
import { setTimeout } from "../../intrinsics.js";
import { describeError, errorText } from "./cell-errors.js";
import type { OutputChannel } from "../output/output-channel.js";
import { endIfBroken } from "./end-if-broken.js";
import { currentCell, type RunningCell } from "./running-cell.js";

/** So many of one cell are shown; of the others, their number. */
const mostErrors = 100;
/** The number is told when no more have come for so long. */
const quietMs = 200;

export function installLateErrors(channel: OutputChannel): void {
  const counts = new WeakMap<RunningCell, Uncounted>();
  const show = (error: unknown): void => {
    const cell = currentCell();
    // An interrupted cell has said so already; that its remaining work fails is what was asked for.
    const { interrupted } = cell;
    if (interrupted && (error === interrupted || isOfTheEnd(error))) return;
    const count = counts.get(cell) ?? { shown: 0, left: 0 };
    counts.set(cell, count);
    if (count.shown === mostErrors) return countOnly(channel, cell, count);
    count.shown += 1;
    if (cell.settled) channel.message({ type: "error", cellId: cell.cellId, ...describeError(error) });
    else channel.text(cell.cellId, "stderr", `${errorText(error)}\n`);
  };
  const showOrEnd = (error: unknown): void => {
    try {
      show(error);
    } catch (failure) {
      endIfBroken(failure);
    }
  };
  process.on("uncaughtException", showOrEnd);
  process.on("unhandledRejection", showOrEnd);
}

interface Uncounted {
  shown: number;
  left: number;
  timer?: NodeJS.Timeout;
}

function countOnly(channel: OutputChannel, { cellId }: RunningCell, count: Uncounted): void {
  count.left += 1;
  count.timer ??= setTimeout(() => {
    channel.text(
      cellId,
      "stderr",
      `… and ${count.left.toLocaleString("en")} more errors that nobody caught\n`,
    );
    count.left = 0;
    delete count.timer;
  }, quietMs);
  count.timer.refresh();
}

/** Whether an error says that a request was aborted, or that its connection was, with the server at its other end. */
function isOfTheEnd(error: unknown): boolean {
  if (describeError(error).ename === "AbortError") return true;
  // Not by reading the property, which could be code of the user's.
  const code: unknown = types.isNativeError(error) && Object.getOwnPropertyDescriptor(error, "code")?.value;
  return code === "ECONNRESET" || code === "ECONNREFUSED";
}

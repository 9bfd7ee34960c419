/** Errors that nobody caught: rejected promises, timers and event handlers. They belong to the cell that caused them. */
import { describeError, errorText } from "./cell-errors.js";
import type { OutputChannel } from "./output-channel.js";
import { currentCell } from "./running-cell.js";

export function installLateErrors(channel: OutputChannel): void {
  const show = (error: unknown): void => {
    const cell = currentCell();
    // An interrupted cell has said so already; that its remaining work fails is what was asked for.
    const { interrupted } = cell;
    if (interrupted && (error === interrupted || describeError(error).ename === "AbortError")) return;
    if (cell.settled) channel.message({ type: "error", cellId: cell.cellId, ...describeError(error) });
    else channel.text(cell.cellId, "stderr", `${errorText(error)}\n`);
  };
  process.on("uncaughtException", show);
  process.on("unhandledRejection", show);
}

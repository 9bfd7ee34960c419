/** Errors that nobody caught: rejected promises, timers and event handlers. They belong to the cell that caused them. */
import { types } from "node:util";
import { describeError, errorText } from "./cell-errors.js";
import type { OutputChannel } from "../output/output-channel.js";
import { currentCell } from "./running-cell.js";

export function installLateErrors(channel: OutputChannel): void {
  const show = (error: unknown): void => {
    const cell = currentCell();
    // An interrupted cell has said so already; that its remaining work fails is what was asked for.
    const { interrupted } = cell;
    if (interrupted && (error === interrupted || isOfTheEnd(error))) return;
    if (cell.settled) channel.message({ type: "error", cellId: cell.cellId, ...describeError(error) });
    else channel.text(cell.cellId, "stderr", `${errorText(error)}\n`);
  };
  process.on("uncaughtException", show);
  process.on("unhandledRejection", show);
}

/** Whether an error says that a request was aborted, or that its connection was, with the server at its other end. */
function isOfTheEnd(error: unknown): boolean {
  if (describeError(error).ename === "AbortError") return true;
  // Not by reading the property, which could be code of the user's.
  const code: unknown = types.isNativeError(error) && Object.getOwnPropertyDescriptor(error, "code")?.value;
  return code === "ECONNRESET" || code === "ECONNREFUSED";
}

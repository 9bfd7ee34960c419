/**
 * The helper thread of the runner, seen from the user's thread. It works while user code spins: it writes out output
 * that has waited, interrupts, and looks at live values.
 */
import { prepareTermination } from "./termination.js";
import { Worker } from "node:worker_threads";
import type { OutputChannel } from "../output/output-channel.js";

/** What the helper thread is started with. */
export interface HelperData {
  shared: SharedArrayBuffer;
  token: string;
}

/** From the helper thread, which expects the number as an answer. */
export interface InterruptMessage {
  number: number;
  /** The cells that the interrupt is meant for. */
  cellIds: string[];
  /** The lines of the stack where the code was, if it was caught in a loop. */
  frames: string;
}

/** `onInterrupt` ends the running cells. */
export function startHelper(
  channel: OutputChannel,
  token: string,
  onInterrupt: (cellIds: string[], frames: string) => void,
): void {
  const afterTermination = prepareTermination(channel);
  const workerData: HelperData = { shared: channel.shared, token };
  const worker = new Worker(new URL("../../part.cjs", import.meta.url), {
    argv: ["helper"],
    workerData,
    name: "manabi-helper",
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 64 },
  });
  worker.on("message", ({ number, cellIds, frames }: InterruptMessage) => {
    // The helper thread has found the user's thread in a loop since; another message says so.
    if (number !== channel.interruptNumber) return;
    afterTermination();
    onInterrupt(cellIds, frames);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage(number);
  });
  worker.on("error", (error) => {
    throw error;
  });
  worker.unref();
}

/**
 * The helper thread of the runner, seen from the user's thread. It works while user code spins: it writes out output
 * that has waited, interrupts, and looks at live values.
 */
import { prepareAsyncStack } from "./async-stack.js";
import { Worker } from "node:worker_threads";
import type { OutputChannel } from "./output-channel.js";

/** What the helper thread is started with. */
export interface HelperData {
  shared: SharedArrayBuffer;
  token: string;
}

/** From the helper thread, which expects the number as an answer. */
export interface InterruptMessage {
  number: number;
  /** The lines of the stack where the code was, if it was caught in a loop. */
  frames: string;
}

/** `onInterrupt` ends the running cells. */
export function startHelper(
  channel: OutputChannel,
  token: string,
  onInterrupt: (frames: string) => void,
): void {
  const resetAsyncStack = prepareAsyncStack();
  const workerData: HelperData = { shared: channel.shared, token };
  const worker = new Worker(new URL("helper-thread.js", import.meta.url), {
    workerData,
    name: "manabi-helper",
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 64 },
  });
  worker.on("message", ({ number, frames }: InterruptMessage) => {
    // The helper thread has found the user's thread in a loop since; another message says so.
    if (number !== channel.interruptNumber) return;
    resetAsyncStack();
    onInterrupt(frames);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage(number);
  });
  worker.on("error", (error) => {
    throw error;
  });
  worker.unref();
}

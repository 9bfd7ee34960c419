import { once } from "node:events";
import { MessageChannel } from "node:worker_threads";
import type { TensorContainer } from "@tensorflow/tfjs-node";
import { notebookHost } from "../../host/notebook-host.js";
import { core, tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";

const yieldEveryMs = 20;
/** A batch may take so long; then it is ended by force. */
const longestBatchMs = 5000;

let running = 0;
let lastYield = 0;

/**
 * Lets the interrupt, and whatever else waits, in: a loop over finished promises never does. Not by a timer, which the
 * kernel stops for an interrupted cell: `fit` has to come to its end.
 */
async function letOthersRun(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const message = once(port1, "message");
  port2.postMessage(undefined);
  await message;
  port1.close();
  lastYield = performance.now();
}

export async function letOthersRunSometimes(): Promise<void> {
  if (performance.now() - lastYield >= yieldEveryMs) await letOthersRun();
}

/** Lets callbacks that wait for the next frame come to their end in a cell that was interrupted. */
export function makeFramesInterruptible(): void {
  patch(core, "nextFrame", {
    name: "frames of interrupted cells",
    why: "it waits for a timer, which the kernel stops for an interrupted cell",
    wrap: (nextFrame) => () => (running > 0 && notebookHost() ? letOthersRun() : nextFrame()),
  });
}

/**
 * Runs what looks by itself whether the user interrupts the cell, and fails then, once it has cleaned up after itself.
 *
 * @param run gets the signal of the interrupt, if a notebook's kernel runs this program
 */
export async function interruptible<T>(run: (signal: AbortSignal | undefined) => Promise<T>): Promise<T> {
  const host = notebookHost();
  const signal = host?.interruptSignal();
  signal?.throwIfAborted();
  const endPatience = host?.checkInterruptsWithin(longestBatchMs);
  running++;
  try {
    const result = await run(signal);
    if (signal?.aborted) tf.dispose(result as TensorContainer);
    signal?.throwIfAborted();
    return result;
  } finally {
    running--;
    endPatience?.();
  }
}

/** The thread that reads and writes large JSON. */
import { parentPort } from "node:worker_threads";
import { ServingError, type StatusCode } from "../status.js";
import { jsonTasks, type TaskName } from "./json-tasks.js";

/** To the thread. Buffers come as plain arrays of bytes. */
export interface TaskMessage {
  id: number;
  name: TaskName;
  args: unknown[];
}

/** From it. */
export type TaskReply = { id: number } & (
  { result: unknown } | { error: { message: string; code: StatusCode | undefined } }
);

parentPort!.on("message", ({ id, name, args }: TaskMessage) => {
  const run = jsonTasks[name] as (...all: unknown[]) => unknown;
  let reply: TaskReply;
  try {
    reply = { id, result: run(...args.map(asBuffer)) };
  } catch (error) {
    const code = error instanceof ServingError ? error.code : undefined;
    reply = { id, error: { message: (error as Error).message, code } };
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort!.postMessage(reply);
});

const asBuffer = (value: unknown): unknown =>
  value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;

/** The helper thread: see `helper.ts`. Its inspector session reaches the user's thread also in a busy loop. */
import { Session } from "node:inspector";
import { Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { suspendAsyncChecksExpression } from "./async-stack.js";
import { decodeMessage, encodeMessage, FrameReader } from "./frames.js";
import type { HelperData, InterruptMessage } from "./helper.js";
import { LiveValues } from "./live-values.js";
import { Descriptor, type HelperReply, type HelperRequest } from "./messages.js";
import { OutputChannel, Owner } from "./output-channel.js";

/** Output waits at most so long. */
const windowMs = 8;
/** A user's thread that has not taken a message within this time is taken to be in a loop. */
const patienceMs = 10;

const port = parentPort as NonNullable<typeof parentPort>;
const { shared, token } = workerData as HelperData;
const channel = new OutputChannel(Owner.helper, token, shared);
const session = new Session();
session.connectToMainThread();
const liveValues = new LiveValues(session);

/** Ends the user's loop, if any, and lets the user's thread settle its cells. */
async function interrupt(): Promise<void> {
  let frames = "";
  channel.interruptNumber = nextNumber();
  // Child processes that the user's thread waits for end by it, as in a terminal.
  process.kill(-process.pid, "SIGINT");
  while (!(await toldUserThread(frames))) {
    // With the lock, so that the loop does not end in the middle of an output. It is kept until the loop has ended.
    if (!(await channel.lockWithin(patienceMs))) continue;
    try {
      frames = await endLoop();
    } finally {
      channel.unlock();
    }
  }
  channel.interruptNumber = 0;
}

/** Resolves, when the user's thread has left its loop, to the stack that it had. */
function endLoop(): Promise<string> {
  return new Promise((resolve) => {
    let stack = "";
    const expression = `{ const { stack } = new Error(); ${suspendAsyncChecksExpression}; stack; }`;
    session.post("Runtime.evaluate", { expression, silent: true, returnByValue: true }, (_error, reply) => {
      stack = String(reply?.result.value ?? "");
    });
    // Posted at once, so that both are handled before the loop goes on.
    session.post("Runtime.terminateExecution", () => {
      const lines = stack.split("\n").filter((line) => line.startsWith("    at "));
      // The first frames are the expression's own.
      resolve(lines.filter((line) => !line.includes("<anonymous>")).join("\n"));
    });
  });
}

let numbers = 0;
const nextNumber = (): number => (numbers += 1);

/** False if the user's thread does not react. It ignores the message then, should it find it later. */
function toldUserThread(frames: string): Promise<boolean> {
  return new Promise((resolve) => {
    const number = (channel.interruptNumber = nextNumber());
    const settle = (reacted: boolean): void => {
      clearTimeout(timer);
      port.off("message", onMessage);
      if (!reacted) channel.interruptNumber = nextNumber();
      resolve(reacted);
    };
    const onMessage = (answered: number): void => {
      if (answered === number) settle(true);
    };
    const timer = setTimeout(settle, patienceMs, false);
    port.on("message", onMessage);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    port.postMessage({ number, frames } satisfies InterruptMessage);
  });
}

async function answer(request: HelperRequest): Promise<HelperReply["result"]> {
  if (request.type === "liveProperties") return liveValues.properties(request.expression);
  if (request.type === "liveDescription") return liveValues.description(request.expression);
  await interrupt();
  return undefined;
}

const socket = new Socket({ fd: Descriptor.helper });
const reader = new FrameReader();
socket.on("data", (chunk: Buffer) => {
  for (const frame of reader.push(chunk)) {
    const { id, request } = decodeMessage(frame.payload).message as { id: number; request: HelperRequest };
    void answer(request).then((result) => socket.write(encodeMessage({ id, result } satisfies HelperReply)));
  }
});
// The front process is gone. So must be this process and all that it started, whatever the user's thread is doing.
socket.on("error", () => socket.destroy());
socket.on("close", () => process.kill(-process.pid, "SIGKILL"));

void channel.closeWindows(windowMs);

/** The helper thread: see `helper.ts`. Its inspector session reaches the user's thread also in a busy loop. */
import { Session } from "node:inspector";
import { Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { decodeMessage, encodeMessage, FrameReader } from "../../channel/frames.js";
import type { HelperData, InterruptMessage } from "./helper.js";
import { LiveValues } from "./live-values.js";
import {
  Descriptor,
  type HelperReply,
  type HelperRequest,
  type RunnerMessage,
} from "../../channel/messages.js";
import { OutputChannel, Owner } from "../output/output-channel.js";
import { terminate } from "./termination.js";

/** Output waits at most so long. */
const windowMs = 8;
/** A user's thread that has not taken a message within this time is taken to be in a loop. */
const patienceMs = 10;
/** The runner's own code, such as the formatting of a huge value, is ended after this time. */
const forceMs = 500;

const port = parentPort as NonNullable<typeof parentPort>;
const { shared, token } = workerData as HelperData;
const channel = new OutputChannel(Owner.helper, token, shared);
const session = new Session();
session.connectToMainThread();
const liveValues = new LiveValues(session);

/** Ends the user's loop, if any, and lets the user's thread settle its cells. */
async function interrupt(cellIds: string[]): Promise<void> {
  let frames = "";
  channel.interruptNumber = nextNumber();
  // Child processes that the user's thread waits for end by it, as in a terminal.
  process.kill(-process.pid, "SIGINT");
  const started = performance.now();
  while (!(await toldUserThread(cellIds, frames))) {
    // With the lock, so that the loop does not end in the middle of an output. It is kept until the loop has ended.
    if (!(await channel.lockWithin(patienceMs))) continue;
    try {
      frames = (await terminate(session, channel, performance.now() - started > forceMs)) ?? frames;
    } finally {
      channel.unlock();
    }
  }
  channel.interruptNumber = 0;
  // By the ordered channel, after what the cells have sent.
  await channel.messageFromHelper({ type: "interrupted" } satisfies RunnerMessage);
}

let numbers = 0;
const nextNumber = (): number => (numbers += 1);

/** False if the user's thread does not react. It ignores the message then, should it find it later. */
function toldUserThread(cellIds: string[], frames: string): Promise<boolean> {
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
    const timer = setTimeout(settle, Math.max(patienceMs, channel.patienceMs), false);
    port.on("message", onMessage);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    port.postMessage({ number, cellIds, frames } satisfies InterruptMessage);
  });
}

async function answer(request: HelperRequest): Promise<HelperReply["result"]> {
  if (request.type === "liveProperties") return liveValues.properties(request.expression);
  if (request.type === "liveDescription") return liveValues.description(request.expression);
  await interrupt(request.cellIds);
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

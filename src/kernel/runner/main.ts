/** The runner process: user code runs in this thread. Started by `process.ts`, with its name and the output token as arguments. */
import { syncBuiltinESMExports } from "node:module";
import { Socket } from "node:net";
import { queueMicrotask, readSync } from "../intrinsics.js";
import { Comms } from "./show/comms.js";
import { hideAdditions } from "../transform/marks.js";
import { stopFunction } from "../transform/stoppable.js";
import { Evaluator } from "./evaluate/evaluator.js";
import { decodeMessage, FrameReader } from "../channel/frames.js";
import { installFlushPoints } from "./output/flush-points.js";
import { installInheritedOutput, readInheritedOutput } from "./output/inherited-output.js";
import { hidePromiseMarks } from "./output/promise-marks.js";
import { startHelper } from "./interrupt/helper.js";
import { Host } from "./show/jupyter-host.js";
import { Inputs } from "./evaluate/input.js";
import { installStandardInput } from "./evaluate/standard-input.js";
import { installLateErrors } from "./evaluate/late-errors.js";
import { Descriptor, type RunnerRequest } from "../channel/messages.js";
import { OutputChannel, Owner } from "./output/output-channel.js";
import { stopIfInterrupted } from "./evaluate/running-cell.js";
import { installThreads } from "./modules/threads.js";
import { installStackFormatting } from "./evaluate/stack-frames.js";
import { installStoppableFetch } from "./interrupt/stoppable-fetch.js";
import { installStoppableListeners } from "./interrupt/stoppable-listeners.js";
import { installStoppableTimers } from "./interrupt/stoppable-timers.js";
import { installStreams } from "./output/streams.js";
import { installTrace } from "./output/trace.js";
import { suppressVmWarning } from "./output/warnings.js";

const [, token] = process.argv.splice(2) as [string, string];
const channel = new OutputChannel(Owner.user, token);
/** As it is before it flushes output, for when there is nobody left to read that. */
const kill = process.kill.bind(process);
suppressVmWarning();
installTrace(channel);
installStreams(channel);
installStackFormatting();
installFlushPoints(channel);
installInheritedOutput(channel);
hidePromiseMarks();
installStoppableTimers();
installStoppableFetch();
installStoppableListeners(channel);
process.on("exit", (code) => {
  readInheritedOutput();
  channel.message({ type: "exiting", code }, [], true);
});
// An interrupt reaches the whole process group; child processes end by it, this process must not.
process.on("SIGINT", () => undefined);

const comms = new Comms(channel);
const host = new Host(channel, comms);
const inputs = new Inputs(channel, receiveNow);
installStandardInput(inputs);
const { display, clearOutput, interruptSignal, checkInterruptsWithin, displayValue } = host;
const { openComm, registerTarget } = comms;

function define(name: string | symbol, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
}
define(Symbol.for("Jupyter.host"), {
  display,
  clearOutput,
  interruptSignal,
  checkInterruptsWithin,
  openComm,
  registerTarget,
});
define(stopFunction, stopIfInterrupted);
hideAdditions();
define("display", displayValue);
define("clearOutput", clearOutput);
define("input", inputs.cellFunction());
define("prompt", inputs.prompt);
define("confirm", inputs.confirm);

const evaluator = new Evaluator(process.cwd(), channel, host, inputs);

const requests = new Socket({ fd: Descriptor.requests, writable: false });
const reader = new FrameReader();
/** An interrupt can end the handling of one request; the others must not be lost with it. */
const inbox: { message: RunnerRequest; buffers: Buffer[] }[] = [];
requests.on("data", (chunk: Buffer) => {
  receive(chunk);
  // Not from an Immediate: Node's queue of them does not survive that a loop in one of them is ended.
  handleInbox();
});
// The front process is gone. So must be this process and all that it started; the helper thread says the same.
requests.on("error", () => requests.destroy());
requests.on("close", () => kill(-process.pid, "SIGKILL"));

function receive(chunk: Buffer): void {
  for (const frame of reader.push(chunk)) {
    const { message, buffers } = decodeMessage(frame.payload) as {
      message: RunnerRequest;
      buffers: Buffer[];
    };
    if (message.type === "input_reply") inputs.reply(message.requestId, message.value);
    else inbox.push({ message, buffers });
  }
}

/** For code that blocks the thread: takes what has come, which the event loop cannot do meanwhile. */
function receiveNow(): void {
  const chunk = Buffer.alloc(65_536);
  try {
    receive(chunk.subarray(0, readSync(Descriptor.requests, chunk)));
  } catch (error) {
    // Nothing has come.
    if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
  }
  if (inbox.length > 0) queueMicrotask(handleInbox);
}

function handleInbox(): void {
  for (let next = inbox.shift(); next; next = inbox.shift()) handle(next.message, next.buffers);
}

function handle(message: RunnerRequest, buffers: Buffer[]): void {
  if (message.type === "execute") evaluator.execute(message.request);
  else if (message.type === "comm") comms.receive({ ...message.message, buffers });
}

startHelper(channel, token, (cellIds, frames) => {
  evaluator.interrupt(cellIds, frames);
  queueMicrotask(handleInbox);
});
// Not before the helper thread has started, which is none of the user's.
installThreads();
// `import { execSync } from "node:child_process"` sees what has been replaced, too.
syncBuiltinESMExports();
// Last: until here, the runner's own failure must end it.
installLateErrors(channel);
channel.message({ type: "ready" }, [], true);
// The first cell should not pay for what all cells need.
setImmediate(() => evaluator.warmUp());

/**
 * How the helper thread ends a loop of the user's thread: by the inspector's `Runtime.terminateExecution`. What both
 * threads do about it is in this file, for two reasons.
 *
 * - Ending must hit the user's code, not the runner's own between two cells: a request would be lost. So the user's
 *   thread first says what it is doing, in an expression that the inspector evaluates in the middle of the loop, and
 *   stays there until the end has been ordered.
 * - Node keeps a stack of asynchronous contexts beside the real one, and aborts when the end of a loop has left its
 *   contexts there ("async hook stack has become corrupted", "Assertion failed: execution_async_id() == 0"; the
 *   option --no-force-async-hooks-checks does not help once an AsyncLocalStorage is in use). So these checks are off
 *   until the stack has been cleared.
 */
import type { Runtime, Session } from "node:inspector";
import type { OutputChannel } from "../output/output-channel.js";
import { currentStack } from "../evaluate/stack-frames.js";

const stopKey = "manabi.prepareToStop";
/** The user's thread does not wait longer for the order. */
const orderMs = 2000;

/** For the user's thread: makes it ready to be ended. Returns what it must call when that has happened. */
export function prepareTermination(channel: OutputChannel): () => void {
  const { suspend, restore } = asyncChecks();
  const prepareToStop = (force: boolean): string => {
    const lines = currentStack();
    if (lines === "" && !force) return "";
    suspend();
    channel.awaitOrder(orderMs);
    return lines;
  };
  Object.defineProperty(process, Symbol.for(stopKey), { value: prepareToStop });
  return restore;
}

/**
 * For the helper thread, while it has the channel's lock: ends what the user's thread is doing, and resolves when that
 * has happened to the lines of the stack that it had. Undefined if it was not in the user's code; `force` ends any code.
 */
export async function terminate(
  session: Session,
  channel: OutputChannel,
  force: boolean,
): Promise<string | undefined> {
  // Named like Node's own code, it is no part of the user's stack.
  const expression = `process[Symbol.for("${stopKey}")](${force}) //# sourceURL=node:manabi`;
  const stack = new Promise<string>((resolve) => {
    const parameters: Runtime.EvaluateParameterType = { expression, silent: true, returnByValue: true };
    session.post("Runtime.evaluate", parameters, (_error, reply) =>
      resolve(String(reply?.result.value ?? "")),
    );
  });
  await Promise.race([stack, channel.orderAwaited()]);
  if (!channel.isOrderAwaited()) return undefined;
  const ended = new Promise<void>((resolve) => session.post("Runtime.terminateExecution", () => resolve()));
  channel.order();
  await ended;
  return stack;
}

interface AsyncWrapBinding {
  /** Shared with Node's native part. */
  async_hook_fields: Uint32Array;
  constants: { kCheck: number; kTotals: number };
  clearAsyncIdStack(this: void): void;
}

interface NodeInternals {
  binding(this: void, name: "async_wrap"): AsyncWrapBinding;
}

/** Switches Node's checks off, and, with an empty stack, on again. */
function asyncChecks(): { suspend(this: void): void; restore(this: void): void } {
  // From version 24 on, AsyncLocalStorage does without that stack.
  if (Number.parseInt(process.versions.node) >= 24) return { suspend() {}, restore() {} };
  const { noDeprecation } = process;
  // No public function does this. Looking it up warns once (DEP0111).
  process.noDeprecation = true;
  const { binding } = process as unknown as NodeInternals;
  const { async_hook_fields: fields, constants, clearAsyncIdStack } = binding("async_wrap");
  process.noDeprecation = noDeprecation ?? false;

  const switches = [constants.kCheck, constants.kTotals];
  let suspended: number[] | undefined;
  return {
    suspend() {
      suspended ??= switches.map((index) => fields[index] as number);
      for (const index of switches) fields[index] = 0;
    },
    restore() {
      if (!suspended) return;
      clearAsyncIdStack();
      for (const [at, index] of switches.entries()) fields[index] = suspended[at] as number;
      suspended = undefined;
    },
  };
}

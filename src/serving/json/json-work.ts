import { Worker } from "node:worker_threads";
import { ServingError } from "../status.js";
import type { Tensor } from "../tensors.js";
import { jsonTasks, type TaskArguments, type TaskName, type TaskResult } from "./json-tasks.js";
import type { TaskMessage, TaskReply } from "./json-thread.js";

/** Bytes from which on another thread reads or writes JSON, so that the server answers others meanwhile: about 1 ms. */
const large = 2 ** 18;

interface Settle {
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
}

/** The thread, which is started when it is first needed. */
class JsonThread {
  #worker: Worker | undefined;
  #nextId = 0;
  readonly #waiting = new Map<number, Settle>();

  run(name: TaskName, args: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const worker = (this.#worker ??= this.#start());
      const id = this.#nextId++;
      this.#waiting.set(id, { resolve, reject });
      worker.ref();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      worker.postMessage({ id, name, args } satisfies TaskMessage);
    });
  }

  #start(): Worker {
    const worker = new Worker(new URL("./json-thread.js", import.meta.url));
    worker.on("message", (reply: TaskReply) => {
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if (this.#waiting.size === 0) worker.unref();
      if ("result" in reply) return waiting?.resolve(reply.result);
      const { code, message } = reply.error;
      return waiting?.reject(code === undefined ? new Error(message) : new ServingError(code, message));
    });
    const end = (error: Error): void => {
      this.#worker = undefined;
      for (const waiting of this.#waiting.values()) waiting.reject(error);
      this.#waiting.clear();
    };
    // Out of memory, for example, which ends the thread alone.
    worker.on("error", end);
    worker.on("exit", () => end(new Error("The thread that reads JSON ended.")));
    return worker;
  }
}

const thread = new JsonThread();

/** Does a task at once, or, where it takes long, in the other thread. */
function work<Name extends TaskName>(
  name: Name,
  size: number,
  args: TaskArguments<Name>,
): TaskResult<Name> | Promise<TaskResult<Name>> {
  if (size >= large) return thread.run(name, args) as Promise<TaskResult<Name>>;
  return (jsonTasks[name] as (...all: unknown[]) => TaskResult<Name>)(...args);
}

const sizeOfAll = (tensors: Record<string, Tensor>): number =>
  Object.values(tensors).reduce((size, { bytes }) => size + bytes.length, 0);

/** Reading and writing of the protocols' JSON; a promise where it takes long. */
export const jsonWork = {
  readPredict: (...args: TaskArguments<"readPredict">) => work("readPredict", args[0].length, args),
  writePredictions: (...args: TaskArguments<"writePredictions">) =>
    work("writePredictions", sizeOfAll(args[0]), args),
  /** Tensors after the JSON are only pointed at. */
  readInfer: (...args: TaskArguments<"readInfer">) => work("readInfer", args[1] ?? args[0].length, args),
  writeInfer: (...args: TaskArguments<"writeInfer">) => {
    const [{ binary, outputs }, , tensors] = args;
    const isBinary = outputs ? outputs.every((one) => one.binary ?? binary) : binary;
    return work("writeInfer", isBinary ? 0 : sizeOfAll(tensors), args);
  },
};

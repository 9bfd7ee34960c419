/** The cell service as the front process sees it: a worker thread that is started when first needed. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { CellDiagnostic, CellService } from "../contracts.js";
import { logWarning } from "./log.js";
import type {
  WorkerFolders,
  WorkerMethods,
  WorkerRequest,
  WorkerResponse,
} from "../cell-service-messages.js";

/** A checker that does not answer for this long is ended; the thread gets as long to recover from that. */
const defaultPatienceMs = 30_000;
const shutdownMs = 2_000;
/** Cells whose findings nobody waits for are looked at when none has been run for so long. */
const quietMs = 200;

/** Longer cells are not even sent: the thread would need several times as much memory. */
const largestSent = 20_000_000;
const tooLarge = `A cell of more than ${largestSent / 1e6} MB is not looked at: later cells do not know what it declares.`;

/** The package's folder, seen from `dist/src/kernel/front/`. */
const homeFolder = join(dirname(fileURLToPath(import.meta.url)), "../../../..");

interface Pending {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/**
 * @param options.cwd the notebook's folder: modules and tsconfig.json are looked for there
 * @param options.patienceMs default: 30,000, because types of the largest packages take their time
 * @example
 * const service = createCellService({ cwd: process.cwd() });
 * await service.check({ cellId: "1", executionCount: 1, code: "const a: number = 'x'" }); // one error, in line 1
 * await service.shutdown();
 */
export function createCellService(options: { cwd: string; patienceMs?: number }): CellService {
  const service = new WorkerService(options.cwd, options.patienceMs ?? defaultPatienceMs);
  return {
    start: () => service.call("start"),
    check: ({ code, unlessWrong = false }) =>
      isTooLarge(code) ? Promise.resolve([notice(tooLarge)]) : service.check(code, unlessWrong),
    add: ({ code }) => isTooLarge(code) || service.add(code),
    reset: () => service.call("reset"),
    complete: async (code, cursor) =>
      isTooLarge(code) ? { matches: [], start: cursor, end: cursor } : service.call("complete", code, cursor),
    inspect: async (code, cursor, detailLevel) =>
      isTooLarge(code) ? undefined : service.call("inspect", code, cursor, detailLevel),
    isComplete: async (code) =>
      isTooLarge(code) ? { status: "complete" } : service.call("isComplete", code),
    shutdown: () => service.shutdown(),
  };
}

/** What is said of no place in the cell. */
function notice(message: string): CellDiagnostic {
  return { category: "warning", code: 0, message, start: 0, end: 0, line: 1, column: 1 };
}

const isTooLarge = (code: string): boolean => code.length > largestSent;

class WorkerService {
  #worker: Worker | undefined;
  #checkerPid: number | undefined;
  #isClosed = false;
  #lastId = 0;
  readonly #pending = new Map<number, Pending>();
  /** Said with the next check. */
  #notice: string | undefined;
  /** Cells that the worker does not know of yet. */
  #added: string[] = [];
  #quiet: NodeJS.Timeout | undefined;

  constructor(
    readonly cwd: string,
    readonly patienceMs: number,
  ) {}

  call<Method extends keyof WorkerMethods>(
    method: Method,
    ...values: Parameters<WorkerMethods[Method]>
  ): Promise<ReturnType<WorkerMethods[Method]>> {
    if (this.#isClosed) return Promise.reject(new Error("The cell service has been shut down."));
    this.#tellAdded();
    const worker = (this.#worker ??= this.#startWorker());
    const request: WorkerRequest = { id: (this.#lastId += 1), method, arguments: values };
    return new Promise((resolve, reject) => {
      let timer = setTimeout(() => {
        this.#endChecker();
        timer = setTimeout(() => void worker.terminate(), this.patienceMs).unref();
      }, this.patienceMs).unref();
      const settle = <Value>(action: (value: Value) => void) => {
        return (value: Value): void => {
          clearTimeout(timer);
          action(value);
        };
      };
      this.#pending.set(request.id, {
        resolve: settle(resolve as (value: unknown) => void),
        reject: settle(reject),
      });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      worker.postMessage(request);
      // Only open questions keep the process alive.
      worker.ref();
    });
  }

  async check(code: string, unlessWrong: boolean): Promise<CellDiagnostic[]> {
    const diagnostics = await this.call("check", code, unlessWrong);
    const message = this.#notice;
    this.#notice = undefined;
    if (message === undefined) return diagnostics;
    return [notice(message), ...diagnostics];
  }

  add(code: string): void {
    this.#added.push(code);
    this.#quiet ??= setTimeout(() => this.#tellAdded(), quietMs).unref();
    this.#quiet.refresh();
  }

  #tellAdded(): void {
    clearTimeout(this.#quiet);
    this.#quiet = undefined;
    for (const code of this.#added.splice(0)) {
      this.call("check", code, false).catch((error) => logWarning("a cell could not be type-checked", error));
    }
  }

  async shutdown(): Promise<void> {
    this.#added = [];
    clearTimeout(this.#quiet);
    const worker = this.#worker;
    if (!worker || this.#isClosed) {
      this.#isClosed = true;
      return;
    }
    const exited = new Promise((resolve) => void worker.once("exit", resolve));
    const stopped = this.call("shutdown").catch(() => undefined);
    this.#isClosed = true;
    const timer = setTimeout(() => {
      this.#endChecker();
      void worker.terminate();
    }, shutdownMs);
    await stopped;
    await exited;
    clearTimeout(timer);
  }

  /** The thread waits for the checker's answer, and for nothing else: not even to be terminated. */
  #endChecker(): void {
    if (this.#checkerPid === undefined) return;
    try {
      process.kill(this.#checkerPid, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  #startWorker(): Worker {
    const workerData: WorkerFolders = { folder: this.cwd, homeFolder };
    const worker = new Worker(new URL("../part.cjs", import.meta.url), {
      argv: ["checker"],
      workerData,
      // Flags of this process, such as --eval, are not meant for the thread.
      execArgv: [],
      // A thread whose stack is full ends the process; what is not used of a stack costs nothing. See `nesting.ts`.
      resourceLimits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 8, stackSizeMb: 64 },
    });
    let failure = "it stopped";
    worker.on("message", (response: WorkerResponse) => {
      if ("checkerPid" in response) {
        this.#checkerPid = response.checkerPid;
        return;
      }
      const pending = this.#pending.get(response.id);
      this.#pending.delete(response.id);
      if (this.#pending.size === 0) worker.unref();
      if ("error" in response) pending?.reject(new Error(response.error));
      else pending?.resolve(response.result);
    });
    worker.on("error", (error) => (failure = error.message));
    worker.on("exit", () => {
      this.#worker = undefined;
      if (!this.#isClosed)
        this.#notice = `Types of earlier cells are lost, because the checker was restarted: ${failure}`;
      for (const pending of this.#pending.values())
        pending.reject(new Error(`The cell service was restarted: ${failure}`));
      this.#pending.clear();
    });
    return worker;
  }
}

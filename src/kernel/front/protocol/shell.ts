import type { Request } from "./request.js";

/** After an error, requests that were already under way are still aborted when they arrive within this time. */
const abortWindowMs = 100;

/** What a shell does with its requests. */
export interface ShellTasks {
  /** Runs one cell. If those behind it shall not run, resolves to a time before the front end was told of its error. */
  execute(request: Request): Promise<number | undefined>;
  abort(request: Request): void;
}

/** Runs the cells of one (sub)shell one after the other. */
export class Shell {
  readonly #tasks: ShellTasks;
  readonly #waiting: Request[] = [];
  #executing: Request | undefined;
  #abortedAt = -Infinity;

  constructor(tasks: ShellTasks) {
    this.#tasks = tasks;
  }

  /** The request whose cell runs now. */
  get executing(): Request | undefined {
    return this.#executing;
  }

  /** Requests whose cells wait. */
  get waiting(): readonly Request[] {
    return [...this.#waiting];
  }

  add(request: Request): void {
    if (this.#wasSentBeforeAbort(request)) {
      this.#tasks.abort(request);
      return;
    }
    this.#waiting.push(request);
    if (!this.#executing) void this.#run();
  }

  /** Aborts the cells that wait, and those that were sent before `at` and are still on their way. */
  abortWaiting(at = Date.now()): void {
    this.#abortedAt = at;
    for (const request of this.#waiting.splice(0)) this.#tasks.abort(request);
  }

  async #run(): Promise<void> {
    for (let request = this.#waiting.shift(); request; request = this.#waiting.shift()) {
      this.#executing = request;
      const failedAt = await this.#tasks.execute(request);
      this.#executing = undefined;
      if (failedAt !== undefined) this.abortWaiting(failedAt);
    }
  }

  /** "Run all" sends many requests at once: those that left before the front end could know of the error. */
  #wasSentBeforeAbort(request: Request): boolean {
    const sinceAbort = Date.now() - this.#abortedAt;
    return sinceAbort < abortWindowMs && Date.parse(request.header.date) < this.#abortedAt;
  }
}

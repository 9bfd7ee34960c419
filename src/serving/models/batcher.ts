import { rowsOfTensor } from "../engine/rows.js";
import { ServingError } from "../status.js";
import type { Signature, Tensor } from "../tensors.js";
import type { Engine, InputParts, RunResult } from "./engine.js";

/** What a request asks of a model: tensors, or pictures for its only input. */
export type Work = { signature: string } & ({ inputs: Record<string, Tensor> } | { files: Uint8Array[] });

export interface BatchSettings {
  maxBatchSize: number;
  batchTimeoutMs: number;
  maxQueue: number;
  requestTimeoutMs: number;
}

/** Told what happens to batches, for the metrics. */
export interface BatchListener {
  /** A batch of `rows` has run in `seconds`. */
  ran(rows: number, requests: number, seconds: number): void;
  /** A request has waited so long for its batch, in seconds. */
  waited(seconds: number): void;
}

/** A request that waits. */
interface Ticket {
  work: Work;
  /** What can run together has the same key; undefined for what runs alone. */
  key: string | undefined;
  rows: number;
  since: number;
  isDone: boolean;
  isStarted: boolean;
  resolve(outputs: Record<string, Tensor>): void;
  reject(error: Error): void;
}

/** How often is looked for requests that have waited too long, in milliseconds. */
const sweepMs = 100;

/**
 * Gathers requests into batches for one engine. While the model runs one, what comes waits for the next; so a batch is as large
 * as the load makes it, and a lone request never waits.
 */
export class Batcher {
  #queue: Ticket[] = [];
  readonly #started = new Set<Ticket>();
  #isRunning = false;
  #timer: NodeJS.Timeout | undefined;
  readonly #sweeper: NodeJS.Timeout;
  #whenIdle: (() => void)[] = [];

  constructor(
    private readonly engine: Pick<Engine, "run" | "runPictures">,
    private readonly signatures: Record<string, Signature>,
    private readonly settings: BatchSettings,
    private readonly listener: BatchListener,
  ) {
    this.#sweeper = setInterval(() => this.#sweep(), sweepMs).unref();
  }

  /** How many requests wait. */
  get length(): number {
    return this.#queue.length;
  }

  /**
   * @param signal of the request: who has gone away, needs no answer
   * @throws ServingError if too many wait, it takes too long, or the model refuses it
   */
  run(work: Work, signal?: Cancellation): Promise<Record<string, Tensor>> {
    if (this.#queue.length >= this.settings.maxQueue)
      return Promise.reject(
        new ServingError(
          "UNAVAILABLE",
          `The batch scheduling queue is full: ${this.#queue.length} requests wait for this model.`,
          1,
        ),
      );
    return new Promise((resolve, reject) => {
      const ticket: Ticket = {
        work,
        key: keyOf(work, this.signatures[work.signature]!),
        rows: rowsIn(work),
        since: performance.now(),
        isDone: false,
        isStarted: false,
        resolve,
        reject,
      };
      if (signal) signal.onCancel = () => this.#settle(ticket, () => reject(cancelled()));
      this.#queue.push(ticket);
      this.#start();
    });
  }

  #settle(ticket: Ticket, how: () => void): void {
    if (ticket.isDone) return;
    ticket.isDone = true;
    how();
  }

  #start(): void {
    if (this.#isRunning) return;
    while (this.#queue[0]?.isDone) this.#queue.shift();
    const [first] = this.#queue;
    if (!first) {
      for (const resolve of this.#whenIdle.splice(0)) resolve();
      return;
    }
    const batch = this.#gather(first);
    const { batchTimeoutMs, maxBatchSize } = this.settings;
    const rows = batch.reduce((sum, ticket) => sum + ticket.rows, 0);
    const wait = first.since + batchTimeoutMs - performance.now();
    if (first.key !== undefined && rows < maxBatchSize && wait > 0) {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#start();
      }, wait);
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isRunning = true;
    void this.#runBatch(batch, rows).finally(() => {
      this.#isRunning = false;
      this.#start();
    });
  }

  /** The first ticket, and as many of its kind as go with it. */
  #gather(first: Ticket): Ticket[] {
    if (first.key === undefined) return [first];
    const batch: Ticket[] = [];
    let rows = 0;
    for (const ticket of this.#queue) {
      if (ticket.isDone || ticket.key !== first.key) continue;
      if (batch.length > 0 && rows + ticket.rows > this.settings.maxBatchSize) break;
      batch.push(ticket);
      rows += ticket.rows;
    }
    return batch;
  }

  async #runBatch(batch: Ticket[], rows: number): Promise<void> {
    const now = performance.now();
    for (const ticket of batch) {
      ticket.isStarted = true;
      this.#started.add(ticket);
      this.listener.waited((now - ticket.since) / 1000);
    }
    this.#queue = this.#queue.filter((ticket) => !ticket.isStarted && !ticket.isDone);
    try {
      const { outputs, seconds } = await this.#runTogether(batch);
      this.listener.ran(rows, batch.length, seconds);
      const isByRows = Object.values(outputs).every(({ shape }) => shape[0] === rows);
      if (batch.length > 1 && !isByRows) await this.#runEach(batch);
      else this.#distribute(batch, outputs);
    } catch (error) {
      // One bad request must not fail the others.
      if (batch.length > 1 && (error as ServingError).code === "INVALID_ARGUMENT") await this.#runEach(batch);
      else for (const ticket of batch) this.#settle(ticket, () => ticket.reject(error as Error));
    } finally {
      for (const ticket of batch) this.#started.delete(ticket);
    }
  }

  async #runEach(batch: Ticket[]): Promise<void> {
    for (const ticket of batch) {
      if (ticket.isDone) continue;
      try {
        // oxlint-disable-next-line no-await-in-loop -- the model runs one after the other
        const { outputs, seconds } = await this.#runTogether([ticket]);
        this.listener.ran(ticket.rows, 1, seconds);
        this.#settle(ticket, () => ticket.resolve(outputs));
      } catch (error) {
        this.#settle(ticket, () => ticket.reject(error as Error));
      }
    }
  }

  #runTogether(batch: Ticket[]): Promise<RunResult> {
    const [{ work, key }] = batch as [Ticket];
    const rows = key === undefined ? 0 : this.settings.maxBatchSize;
    if ("files" in work) {
      const files = batch.flatMap((ticket) => (ticket.work as typeof work).files);
      return this.engine.runPictures(work.signature, rows, files);
    }
    const inputs = Object.fromEntries(
      Object.entries(work.inputs).map(([name, { dtype, shape }]): [string, InputParts] => {
        const parts = batch.map((ticket) => (ticket.work as typeof work).inputs[name]!);
        const total = parts.reduce((sum, part) => sum + (part.shape[0] ?? 0), 0);
        return [
          name,
          {
            dtype,
            shape: key === undefined ? shape : [total, ...shape.slice(1)],
            parts: parts.map(({ bytes }) => bytes),
          },
        ];
      }),
    );
    return this.engine.run(work.signature, rows, inputs);
  }

  #distribute(batch: Ticket[], outputs: Record<string, Tensor>): void {
    if (batch.length === 1) {
      this.#settle(batch[0]!, () => batch[0]!.resolve(outputs));
      return;
    }
    let start = 0;
    for (const ticket of batch) {
      const own = Object.fromEntries(
        Object.entries(outputs).map(([name, output]) => [name, rowsOfTensor(output, start, ticket.rows)]),
      );
      start += ticket.rows;
      this.#settle(ticket, () => ticket.resolve(own));
    }
  }

  /** Answers those that have waited too long. */
  #sweep(): void {
    const oldest = performance.now() - this.settings.requestTimeoutMs;
    for (const tickets of [this.#started, this.#queue])
      for (const ticket of tickets) {
        if (ticket.since > oldest) break;
        this.#settle(ticket, () =>
          ticket.reject(
            new ServingError(
              "DEADLINE_EXCEEDED",
              `Timed out: the model did not answer within ${this.settings.requestTimeoutMs} ms.`,
            ),
          ),
        );
      }
    this.#queue = this.#queue.filter((ticket) => !ticket.isDone);
  }

  /** Settled when nothing waits or runs. */
  async idle(): Promise<void> {
    if (!this.#isRunning && this.#queue.length === 0) return;
    await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  close(): void {
    clearInterval(this.#sweeper);
    clearTimeout(this.#timer);
  }
}

/** How a request that nobody waits for any more is told so. */
export interface Cancellation {
  onCancel?: () => void;
}

const cancelled = (): ServingError => new ServingError("ABORTED", "The client has gone away.");

function rowsIn(work: Work): number {
  if ("files" in work) return work.files.length;
  return Object.values(work.inputs)[0]?.shape[0] ?? 1;
}

/** Requests whose tensors can be joined have the same key: all inputs and outputs begin with one and the same batch. */
function keyOf(work: Work, { inputs, outputs }: Signature): string | undefined {
  const isBatched = [...Object.values(inputs), ...Object.values(outputs)].every(
    ({ shape }) => shape?.[0] === -1,
  );
  if (!isBatched) return undefined;
  if ("files" in work)
    return Object.values(inputs)[0]!.shape!.includes(-1, 1) ? undefined : `${work.signature} files`;
  const tensors = Object.entries(work.inputs);
  const rows = tensors[0]?.[1].shape[0];
  if (rows === undefined || tensors.some(([, { shape }]) => shape[0] !== rows)) return undefined;
  return `${work.signature} ${tensors.map(([name, { shape }]) => `${name} ${shape.slice(1).join()}`).join(" ")}`;
}

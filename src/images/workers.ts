import os from "node:os";
import { Worker } from "node:worker_threads";
import { notebookHost } from "../host/notebook-host.js";
import type { PictureJob, PictureSettings } from "./make-picture.js";
import type { Delivery, Order } from "./worker.js";

/** Threads end so long after the last iteration. */
const idleMs = 2000;
/** A thread gets so many pictures at once, so that all of them end a batch at about the same time. */
const ordersPerThread = 2;

interface Waiting {
  resolve: (delivery: Delivery) => void;
  reject: (error: Error) => void;
  thread: Thread;
}
interface Thread {
  worker: Worker;
  pending: number;
}

/** How many threads there are by default: one for each core, at most 8. */
export const defaultThreads = (): number => Math.min(8, os.availableParallelism());

/** The threads that make pictures, for all iterations of this process. They keep no process alive that waits for none. */
class Workers {
  #threads: Thread[] = [];
  #waiting = new Map<number, Waiting>();
  #users = 0;
  #nextId = 0;
  #idle: NodeJS.Timeout | undefined;

  /** Says that there is one more to whom pictures go. Who says it calls what it returns, once. */
  use(): () => void {
    this.#users++;
    clearTimeout(this.#idle);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      if (--this.#users > 0) return;
      this.#idle = setTimeout(() => this.end(new Error("No pictures are needed any more.")), idleMs);
      this.#idle.unref();
    };
  }

  /**
   * Has pictures made, and put one after the other.
   *
   * @param count by how many threads at most
   * @returns the message for each that cannot be made, by its place
   */
  async make(
    jobs: PictureJob[],
    settings: PictureSettings,
    output: SharedArrayBuffer,
    cancelled: SharedArrayBuffer,
    count: number,
  ): Promise<Map<number, string>> {
    this.#start(count);
    const threads = this.#threads.slice(0, count);
    const size = Math.max(1, Math.ceil(jobs.length / (threads.length * ordersPerThread)));
    const bytes = settings.size[0] * settings.size[1] * settings.channels * 4;
    const broken = new Map<number, string>();
    const deliveries: Promise<Delivery>[] = [];
    for (let first = 0; first < jobs.length; first += size) {
      const part = jobs.slice(first, first + size);
      const order = { jobs: part, settings, output, offset: first * bytes, cancelled };
      deliveries.push(this.#send(order, leastBusy(threads)));
    }
    const done = await Promise.all(deliveries);
    done.forEach((delivery, part) => {
      for (const { index, message } of delivery.broken) broken.set(part * size + index, message);
    });
    return broken;
  }

  /** Ends all threads at once. */
  end(reason: Error): void {
    clearTimeout(this.#idle);
    const threads = this.#threads;
    this.#threads = [];
    for (const { worker } of threads) void worker.terminate();
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(reason);
  }

  get threads(): number {
    return this.#threads.length;
  }

  #start(count: number): void {
    if (this.#threads.length === 0) {
      // An interrupted cell hears no more of the threads that it has begun.
      const signal = notebookHost()?.interruptSignal();
      signal?.addEventListener("abort", () => this.end(new Error("Interrupted.", { cause: signal.reason })), {
        once: true,
      });
    }
    while (this.#threads.length < count) this.#threads.push(this.#startOne());
  }

  #startOne(): Thread {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { stdin: false });
    const thread: Thread = { worker, pending: 0 };
    worker.on("message", (delivery: Delivery) => this.#settle(delivery.id)?.resolve(delivery));
    worker.on("error", (error) => this.#fail(thread, error));
    worker.on("exit", (code) =>
      this.#fail(thread, new Error(`A thread that makes pictures ended (${code}).`)),
    );
    worker.unref();
    return thread;
  }

  #send(order: Omit<Order, "id">, thread: Thread): Promise<Delivery> {
    const id = this.#nextId++;
    if (thread.pending++ === 0) thread.worker.ref();
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, thread });
      // Of windows, which this rule is about, there are none here.
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      thread.worker.postMessage({ id, ...order });
    });
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    if (!waiting) return undefined;
    this.#waiting.delete(id);
    if (--waiting.thread.pending === 0) waiting.thread.worker.unref();
    return waiting;
  }

  #fail(thread: Thread, error: Error): void {
    this.#threads = this.#threads.filter((other) => other !== thread);
    for (const [id, waiting] of this.#waiting) if (waiting.thread === thread) this.#settle(id)?.reject(error);
  }
}

const leastBusy = (threads: Thread[]): Thread =>
  threads.reduce((least, thread) => (thread.pending < least.pending ? thread : least));

export const workers = new Workers();

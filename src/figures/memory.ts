import { displaySymbol } from "../host/host.js";
import { SelfShowing } from "../host/self-showing.js";
import { sessionCount } from "../tfjs/backend.js";
import { tf } from "../tfjs/native.js";
import { table } from "./table.js";

/** What takes memory now: what `memory()` gives. It shows itself as a table. */
export class MemoryReport extends SelfShowing {
  constructor(
    /** Tensors and variables that are not disposed. */
    readonly tensors: number,
    /** Bytes of their numbers; tensors that share numbers count once. */
    readonly tensorBytes: number,
    /** TensorFlow's sessions: one for each compiled program. */
    readonly sessions: number,
    /** Bytes of the whole process, native TensorFlow included. */
    readonly processBytes: number,
    /** Bytes of JavaScript's values. */
    readonly heapBytes: number,
    /** Bytes of typed arrays and buffers. */
    readonly arrayBytes: number,
  ) {
    const row = (what: string, count: number | undefined, bytes: number | undefined): object => ({
      what,
      count,
      MiB: bytes === undefined ? undefined : Math.round((bytes / 2 ** 20) * 10) / 10,
    });
    super(() =>
      table([
        row("tensors", tensors, tensorBytes),
        row("sessions", sessions, undefined),
        row("process", undefined, processBytes),
        row("of it JavaScript's values", undefined, heapBytes),
        row("of it typed arrays", undefined, arrayBytes),
      ])[displaySymbol](),
    );
  }
}

/**
 * What takes memory now: tensors and their bytes, sessions of compiled programs, the process. A number of tensors that grows
 * from cell to cell says that some are not disposed.
 *
 * @example
 * const before = memory();
 * const [ones, zeros] = [tf.ones([1000]), tf.zeros([1000])];
 * console.log(memory().tensors - before.tensors); // 2
 * tf.dispose([ones, zeros]);
 * memory();
 */
export function memory(): MemoryReport {
  const { numTensors, numBytes } = tf.memory();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  return new MemoryReport(numTensors, numBytes, sessionCount(), rss, heapUsed, arrayBuffers);
}

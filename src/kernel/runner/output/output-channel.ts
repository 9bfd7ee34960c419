/**
 * The runner's side of the ordered output channel. The user's thread and the helper thread share one instance's
 * memory: the user's thread appends; whoever finds the buffer full or old writes it out.
 *
 * - The first output after a quiet spell is written at once. It opens a window of a few milliseconds in which
 *   output collects; the helper thread closes it, so that text appears in time although the user's thread spins.
 * - All writing is synchronous: what was appended cannot be lost in a busy loop, and a front process that does not
 *   read makes the writer wait.
 * - Each write-out first puts a mark into the raw stdout and stderr, which child processes and native libraries
 *   write to. The front process uses the marks to put raw output and frames in order.
 * - The lock is also taken by the helper thread to interrupt the user's thread, which therefore never happens in
 *   the middle of an append or a write.
 */
import { FrameKind, encodeMessage, frameHeaderLength } from "../../channel/frames.js";
import { rawMark } from "../../channel/raw-marks.js";
import { milliseconds } from "../../intrinsics.js";
import { writeAll, writeRaw } from "./descriptors.js";

const channelDescriptor = 3;
const capacity = 64 * 1024;

/** Places in the shared header, as 32-bit numbers. */
const Field = {
  lock: 0,
  length: 1,
  openFrame: 2,
  window: 3,
  barrier: 4,
  openKind: 5,
  interruptNumber: 6,
  wanted: 7,
  order: 8,
  patience: 9,
} as const;
const headerBytes = 64;
/** Each write-out starts with a barrier frame, whose place is kept free. */
const barrierBytes = frameHeaderLength + 9;

/** The user's thread lets the helper thread go first for so long. */
const politenessMs = 20;

export const Owner = { user: 1, helper: 2 } as const;

/** ES2024; Node has had it since version 16. */
declare global {
  interface Atomics {
    waitAsync(
      cells: Int32Array,
      index: number,
      value: number,
    ): { async: false; value: string } | { async: true; value: Promise<string> };
  }
}

export class OutputChannel {
  private readonly fields: Int32Array;
  private readonly bytes: Buffer;
  /** Whose text the open frame holds. */
  private openCellId: string | undefined;

  constructor(
    private readonly owner: (typeof Owner)[keyof typeof Owner],
    private readonly token: string,
    readonly shared: SharedArrayBuffer = new SharedArrayBuffer(headerBytes + capacity),
  ) {
    this.fields = new Int32Array(shared, 0, headerBytes / 4);
    this.bytes = Buffer.from(shared, headerBytes);
    if (owner === Owner.user) this.reset();
  }

  /** Text that a cell printed. Only for the user's thread. */
  text(cellId: string, name: "stdout" | "stderr", text: string): void {
    if (text.length === 0) return;
    // Up to three bytes for each UTF-16 unit.
    if (text.length * 3 > capacity / 2) {
      for (let start = 0; start < text.length;) {
        let end = Math.min(text.length, start + 10_000);
        // Never between the two halves of a surrogate pair.
        if (end < text.length && (text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end -= 1;
        this.text(cellId, name, text.slice(start, end));
        start = end;
      }
      return;
    }
    this.locked(() => {
      const kind = FrameKind[name];
      const { fields, bytes } = this;
      if (fields[Field.length]! + 4 + 2 * cellId.length + 16 + text.length * 3 > capacity) this.writeOut();
      let end = fields[Field.length]!;
      let start = fields[Field.openFrame]!;
      if (start === 0 || this.openCellId !== cellId || fields[Field.openKind] !== kind) {
        start = end;
        const idLength = bytes.write(cellId, start + frameHeaderLength + 2);
        bytes.writeUInt16LE(idLength, start + frameHeaderLength);
        bytes.writeUInt8(kind, start + 4);
        end = start + frameHeaderLength + 2 + idLength;
      }
      end += bytes.write(text, end);
      bytes.writeUInt32LE(end - start - 4, start);
      this.openCellId = cellId;
      fields[Field.openKind] = kind;
      fields[Field.openFrame] = start;
      fields[Field.length] = end;
      this.openWindow();
    });
  }

  /** A message for the front process. `now` writes everything out before the call returns. */
  message(message: unknown, buffers: readonly Uint8Array[] = [], now = false): void {
    const frame = encodeMessage(message, buffers);
    this.locked(() => this.append(frame, now));
  }

  /** For the helper thread: the same, without ever blocking its event loop for the lock. */
  async messageFromHelper(message: unknown): Promise<void> {
    await this.lockWithin(Infinity);
    this.append(encodeMessage(message), true);
    this.unlock();
  }

  /** Writes out what has collected, and in any case a barrier: raw output so far comes before all that follows. */
  flush(): void {
    this.locked(() => this.writeOut());
  }

  /** For the helper thread: waits for windows to open, and closes each after `windowMs`. */
  async closeWindows(windowMs: number): Promise<never> {
    for (;;) {
      const opened = Atomics.waitAsync(this.fields, Field.window, 0);
      if (opened.async) await opened.value;
      await new Promise((resolve) => setTimeout(resolve, windowMs));
      // Not `locked`: a user's thread that waits for a slow reader must not block this thread, too.
      if (!(await this.lockWithin(Infinity))) continue;
      if (this.fields[Field.length]! > barrierBytes) this.writeOut();
      Atomics.store(this.fields, Field.window, 0);
      this.unlock();
    }
  }

  /** Runs `action` while the other thread neither appends nor writes nor interrupts. */
  locked(action: () => void): void {
    this.lock();
    try {
      action();
    } finally {
      this.unlock();
    }
  }

  /** For the helper thread: the lock without blocking its event loop. False if the user's thread keeps it. */
  async lockWithin(timeoutMs: number): Promise<boolean> {
    const deadline = milliseconds() + timeoutMs;
    // Without this, a user's thread that only prints would hardly ever leave the lock free.
    Atomics.store(this.fields, Field.wanted, 1);
    let locked = false;
    while (!(locked = Atomics.compareExchange(this.fields, Field.lock, 0, this.owner) === 0)) {
      if (milliseconds() > deadline) break;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    Atomics.store(this.fields, Field.wanted, 0);
    Atomics.notify(this.fields, Field.wanted);
    return locked;
  }

  /** The interrupt that is under way, set by the helper thread; 0 if none is. */
  get interruptNumber(): number {
    return Atomics.load(this.fields, Field.interruptNumber);
  }

  set interruptNumber(number: number) {
    Atomics.store(this.fields, Field.interruptNumber, number);
  }

  /** For how many milliseconds the user's thread says it can go without noticing an interrupt; 0 if it says nothing. */
  get patienceMs(): number {
    return Atomics.load(this.fields, Field.patience);
  }

  set patienceMs(ms: number) {
    Atomics.store(this.fields, Field.patience, ms);
  }

  /** For the user's thread: waits in the middle of a loop for the order to end it. */
  awaitOrder(timeoutMs: number): void {
    Atomics.store(this.fields, Field.order, 1);
    Atomics.notify(this.fields, Field.order);
    // Not by Atomics.wait, which would take part in the interruption that this is a part of.
    const deadline = milliseconds() + timeoutMs;
    while (this.isOrderAwaited() && milliseconds() < deadline);
    Atomics.store(this.fields, Field.order, 0);
  }

  /** For the helper thread: resolves when the user's thread waits for the order. */
  async orderAwaited(): Promise<void> {
    const waiting = Atomics.waitAsync(this.fields, Field.order, 0);
    if (waiting.async) await waiting.value;
  }

  isOrderAwaited(): boolean {
    return Atomics.load(this.fields, Field.order) === 1;
  }

  /** Lets the user's thread go on, and be ended. */
  order(): void {
    Atomics.store(this.fields, Field.order, 0);
  }

  unlock(): void {
    Atomics.store(this.fields, Field.lock, 0);
    Atomics.notify(this.fields, Field.lock);
  }

  private lock(): void {
    if (Atomics.load(this.fields, Field.wanted) === 1 && this.owner === Owner.user) {
      Atomics.wait(this.fields, Field.wanted, 1, politenessMs);
    }
    for (;;) {
      const holder = Atomics.compareExchange(this.fields, Field.lock, 0, this.owner);
      // This thread holds it already if the user's own `vm` timeout ended a call in the middle.
      if (holder === 0 || holder === this.owner) return;
      Atomics.wait(this.fields, Field.lock, holder);
    }
  }

  private reset(): void {
    this.fields[Field.length] = barrierBytes;
    this.fields[Field.openFrame] = 0;
  }

  /** Holds the lock. */
  private append(frame: Buffer, now: boolean): void {
    const { fields } = this;
    if (fields[Field.length]! + frame.length > capacity) this.writeOut();
    if (frame.length > capacity - barrierBytes) {
      this.writeOut(frame);
      return;
    }
    this.bytes.set(frame, fields[Field.length]);
    fields[Field.openFrame] = 0;
    fields[Field.length] = fields[Field.length]! + frame.length;
    if (now) this.writeOut();
    else this.openWindow();
  }

  private openWindow(): void {
    if (Atomics.load(this.fields, Field.window) === 1) return;
    Atomics.store(this.fields, Field.window, 1);
    Atomics.notify(this.fields, Field.window);
    this.writeOut();
  }

  /** Marks in the raw streams, then the barrier, the collected frames, and `extra`. Holds the lock. */
  private writeOut(extra?: Buffer): void {
    const { fields, bytes } = this;
    const number = (fields[Field.barrier] = fields[Field.barrier]! + 1);
    const mark = rawMark(this.token, number);
    const marked = (writeRaw(1, mark) ? 1 : 0) | (writeRaw(2, mark) ? 2 : 0);
    bytes.writeUInt32LE(barrierBytes - 4, 0);
    bytes.writeUInt8(FrameKind.barrier, 4);
    bytes.writeUInt32LE(number, frameHeaderLength);
    bytes.writeUInt8(marked, frameHeaderLength + 4);
    const length = fields[Field.length]!;
    bytes.writeUInt32LE(length - barrierBytes + (extra?.length ?? 0), frameHeaderLength + 5);
    this.reset();
    writeAll(channelDescriptor, bytes.subarray(0, length));
    if (extra) writeAll(channelDescriptor, extra);
  }
}

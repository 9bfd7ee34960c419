/** At most so much within any window of this length. */
export interface Limit {
  amount: number;
  windowMs: number;
}

/**
 * Jupyter Server drops iopub messages beyond 3000 in 3 seconds, and stream messages beyond 3 MB in 3 seconds,
 * counted anew after each idle status. It counts when it gets to reading a message: both limits leave room for
 * it to be late, as it is on a busy machine. Messages are spread evenly, because many at once make it late.
 */
export const jupyterServerLimits = {
  messages: { amount: 180, windowMs: 300 },
  streamBytes: { amount: 2_500_000, windowMs: 3600 },
  /** What may leave beyond the limits when somebody waits for the end: about all that is on its way from a cell. */
  reserve: { messages: 500, bytes: 400_000 },
};

/** Remembers what was sent within the window. */
class Window {
  readonly #limit: Limit;
  #sent: { at: number; amount: number }[] = [];
  #total = 0;

  constructor(limit: Limit) {
    this.#limit = limit;
  }

  /** Milliseconds to wait before so much more may be sent. */
  delayMs(amount: number, now: number): number {
    const { windowMs } = this.#limit;
    while (this.#sent[0] && this.#sent[0].at <= now - windowMs) this.#total -= this.#sent.shift()!.amount;
    // What is larger than the limit itself may be sent as soon as the window is empty.
    if (!this.#sent[0] || this.#total + amount <= this.#limit.amount) return 0;
    return this.#sent[0].at + windowMs - now;
  }

  add(amount: number, now: number): void {
    this.#sent.push({ at: now, amount });
    this.#total += amount;
  }
}

/** Keeps what is sent within the limits of Jupyter Server. */
export class RateLimit {
  readonly #limits: typeof jupyterServerLimits;
  #messages!: Window;
  #streamBytes!: Window;
  #reserve = { messages: 0, bytes: 0 };
  #reservedUntil = -Infinity;
  #wake = () => {};

  constructor(limits = jupyterServerLimits) {
    this.#limits = limits;
    this.reset();
  }

  /** Waits until a message with so much stream data may leave; to be called for one message at a time. */
  async turn(bytes: number): Promise<void> {
    for (;;) {
      const now = performance.now();
      const delayMs = Math.max(this.#messages.delayMs(1, now), this.#streamBytes.delayMs(bytes, now));
      if (delayMs === 0 || this.#takeReserve(bytes)) break;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, delayMs);
      });
    }
    this.#messages.add(1, performance.now());
    this.#streamBytes.add(bytes, performance.now());
  }

  /** Lets the reserve go at once; once per window. */
  hurry(): void {
    const now = performance.now();
    if (now < this.#reservedUntil) return;
    this.#reservedUntil = now + this.#limits.streamBytes.windowMs;
    this.#reserve = { ...this.#limits.reserve };
    this.#wake();
  }

  /** Forgets what was sent, as the server does after an idle status. */
  reset(): void {
    this.#messages = new Window(this.#limits.messages);
    this.#streamBytes = new Window(this.#limits.streamBytes);
    this.#reserve = { messages: 0, bytes: 0 };
    this.#reservedUntil = -Infinity;
    this.#wake();
  }

  #takeReserve(bytes: number): boolean {
    if (this.#reserve.messages < 1 || this.#reserve.bytes < bytes) return false;
    this.#reserve.messages -= 1;
    this.#reserve.bytes -= bytes;
    return true;
  }
}

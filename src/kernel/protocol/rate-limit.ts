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
  streamBytes: { amount: 2_850_000, windowMs: 3600 },
};

/** Remembers what was sent within the window. */
export class RateLimit {
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

  reset(): void {
    this.#sent = [];
    this.#total = 0;
  }
}

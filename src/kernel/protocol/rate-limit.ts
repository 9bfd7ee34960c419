/**
 * Jupyter Server drops iopub messages beyond 1000 a second and stream data beyond 1 MB a second, both as means
 * over 3 seconds, counted anew after each idle status. We stay a tenth below, and use a window a little longer,
 * because it counts when messages arrive and we when they leave.
 */
export interface RateLimits {
  windowMs: number;
  messages: number;
  /** Of stream messages, all frames. */
  bytes: number;
}

export const jupyterServerLimits: RateLimits = { windowMs: 3200, messages: 2700, bytes: 2_700_000 };

/** Remembers what was sent within the window. */
export class RateLimit {
  readonly #limits: RateLimits;
  #sent: { at: number; bytes: number }[] = [];
  #bytes = 0;

  constructor(limits: RateLimits) {
    this.#limits = limits;
  }

  /** Milliseconds to wait before a message with so much stream data may leave. */
  delayMs(bytes: number, now: number): number {
    while (this.#sent[0] && this.#sent[0].at <= now - this.#limits.windowMs)
      this.#bytes -= this.#sent.shift()!.bytes;
    const fits = this.#sent.length < this.#limits.messages && this.#bytes + bytes <= this.#limits.bytes;
    // A message larger than the limit itself leaves as soon as the window is empty.
    return fits || !this.#sent[0] ? 0 : this.#sent[0].at + this.#limits.windowMs - now;
  }

  add(bytes: number, now: number): void {
    this.#sent.push({ at: now, bytes });
    this.#bytes += bytes;
  }

  reset(): void {
    this.#sent = [];
    this.#bytes = 0;
  }
}

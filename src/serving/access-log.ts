import type { Writable } from "node:stream";

/** Lines are gathered for so long, in milliseconds, because to write each alone takes longer than to answer. */
const pause = 100;

/** Writes a line of JSON for each request. */
export class AccessLog {
  #lines: string[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly to: Writable) {}

  write(entry: object): void {
    this.#lines.push(JSON.stringify(entry));
    this.#timer ??= setTimeout(() => this.flush(), pause).unref();
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines.length > 0) this.to.write(`${this.#lines.join("\n")}\n`);
    this.#lines = [];
  }
}

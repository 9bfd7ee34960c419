import type { JsonObject } from "../../contracts.js";
import { logWarning } from "../log.js";
import type { Header } from "../wire/message.js";
import { jupyterServerLimits, RateLimit } from "./rate-limit.js";

/** How long stream text waits for more of it, so that many small writes become one message. */
const batchMs = 20;
/** Stream text is sent in messages of at most so many UTF-16 units. */
const batchUnits = 64 * 1024;
/** Producers are asked to wait when about so many units are queued, and let go on at half of that. */
const fullUnits = 2 * batchUnits;

export type Parent = Header | Record<string, never>;

/** A message on iopub. */
export interface Output {
  parent: Parent;
  type: string;
  content: JsonObject;
  metadata?: JsonObject;
  buffers?: Uint8Array[];
}

interface StreamEntry {
  kind: "stream";
  parent: Parent;
  name: "stdout" | "stderr";
  text: string;
}

/** What waits to be sent: stream text that may still grow, any other message, or the end of a `flush`. */
type Entry =
  StreamEntry | { kind: "message"; output: Output; units: number } | { kind: "flush"; done: () => void };

/** The iopub socket. */
export interface Outlet {
  encode(output: Output): Uint8Array[];
  send(frames: Uint8Array[]): Promise<void>;
}

/**
 * Puts the outputs of all cells into one order, joins stream text, and never sends faster than Jupyter Server
 * lets through. Nothing is dropped: whoever produces faster is asked to wait.
 */
export class Publisher {
  readonly #outlet: Outlet;
  readonly #limit: RateLimit;
  readonly #queue: Entry[] = [];
  #queuedUnits = 0;
  #timer: NodeJS.Timeout | undefined;
  #sending = false;
  #room: { promise: Promise<void>; resolve: () => void } | undefined;

  constructor(outlet: Outlet, limits = jupyterServerLimits) {
    this.#outlet = outlet;
    this.#limit = new RateLimit(limits);
  }

  /** Sends a message about a request itself (status, execute_input) at once, before outputs that wait. */
  now(parent: Parent, type: string, content: JsonObject): void {
    if (content["execution_state"] === "idle") this.#limit.reset();
    this.#outlet.send(this.#outlet.encode({ parent, type, content })).catch(reportLoss);
  }

  /** Adds text to a stream. If a promise is returned, there is room for more when it resolves. */
  stream(parent: Parent, name: "stdout" | "stderr", text: string): void | Promise<void> {
    for (let start = 0; start < text.length;) {
      const last = this.#queue.at(-1);
      const grows =
        last?.kind === "stream" &&
        last.name === name &&
        last.parent === parent &&
        last.text.length < batchUnits;
      const entry = grows ? last : { kind: "stream" as const, parent, name, text: "" };
      if (!grows) this.#queue.push(entry);
      const end = pieceEnd(text, start + batchUnits - entry.text.length);
      entry.text += text.slice(start, end);
      this.#queuedUnits += end - start;
      start = end;
    }
    if (this.#queuedUnits >= batchUnits) this.#startSending();
    else this.#timer ??= setTimeout(() => this.#startSending(), batchMs);
    return this.#waitForRoom();
  }

  /** Adds any other output. */
  output(output: Output): void | Promise<void> {
    const units = unitsOf(output);
    this.#queue.push({ kind: "message", output, units });
    this.#queuedUnits += units;
    this.#startSending();
    return this.#waitForRoom();
  }

  /** Resolves when everything added until now has been sent. */
  flush(): Promise<void> {
    if (this.#queue.length === 0 && !this.#sending) return Promise.resolve();
    return new Promise((done) => {
      this.#queue.push({ kind: "flush", done });
      this.#startSending();
    });
  }

  /** Sends what is queued without regard to the limits, as far as the reserve goes: the user waits for its end. */
  hurry(): void {
    this.#limit.hurry();
  }

  #waitForRoom(): void | Promise<void> {
    if (this.#queuedUnits < fullUnits) return undefined;
    if (!this.#room) {
      let resolve = () => {};
      const promise = new Promise<void>((resolvePromise) => (resolve = resolvePromise));
      this.#room = { promise, resolve };
    }
    return this.#room.promise;
  }

  #startSending(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#sending) void this.#send();
  }

  async #send(): Promise<void> {
    this.#sending = true;
    for (let entry = this.#queue.shift(); entry; entry = this.#queue.shift()) {
      if (entry.kind === "flush") {
        entry.done();
        continue;
      }
      try {
        await this.#sendWithinLimit(entry.kind === "stream" ? streamMessage(entry) : entry.output);
      } catch (error) {
        reportLoss(error);
      }
      this.#queuedUnits -= entry.kind === "stream" ? entry.text.length : entry.units;
      if (this.#queuedUnits < fullUnits / 2) {
        this.#room?.resolve();
        this.#room = undefined;
      }
    }
    this.#sending = false;
  }

  async #sendWithinLimit(output: Output): Promise<void> {
    const frames = this.#outlet.encode(output);
    const bytes = output.type === "stream" ? frames.reduce((sum, frame) => sum + frame.byteLength, 0) : 0;
    await this.#limit.turn(bytes);
    await this.#outlet.send(frames);
  }
}

function streamMessage({ parent, name, text }: StreamEntry): Output {
  return { parent, type: "stream", content: { name, text } };
}

/** Where to cut: at `limit`, or after it if that is between the halves of a surrogate pair. */
function pieceEnd(text: string, limit: number): number {
  if (limit >= text.length) return text.length;
  return text.codePointAt(limit - 1)! > 0xffff ? limit + 1 : limit;
}

/** About how much memory a message takes while it waits. */
function unitsOf({ content, buffers = [] }: Output): number {
  let units = 512;
  for (const value of Object.values(content["data"] ?? {}))
    units += typeof value === "string" ? value.length : 512;
  for (const buffer of buffers) units += buffer.byteLength;
  return units;
}

function reportLoss(error: unknown): void {
  logWarning("an output could not be sent", error);
}

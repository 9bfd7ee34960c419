import { randomUUID } from "node:crypto";
import type {
  CellDiagnostic,
  CellOutcome,
  CellRequest,
  CellService,
  Completions,
  JsonObject,
  LiveProperty,
  MimeBundle,
  Runner,
  RunnerOutput,
} from "../../src/kernel/contracts.js";
import { SqliteHistory } from "../../src/kernel/front/history/sqlite-history.js";
import { Kernel, type KernelOptions } from "../../src/kernel/front/protocol/kernel.js";
import { decode, encode } from "../../src/kernel/front/wire/framing.js";
import type { Header, Message } from "../../src/kernel/front/wire/message.js";
import { Signer } from "../../src/kernel/front/wire/signature.js";
import type { Channel, RequestChannel, Sockets } from "../../src/kernel/front/wire/sockets.js";
import { assertValid } from "./message-spec.js";

/** What the kernel sent, on which channel. */
export interface Received extends Message {
  channel: Channel;
}

/** Sockets in memory: `received` holds all that the kernel sent. */
export class FakeSockets implements Sockets {
  onMessage: Sockets["onMessage"] = () => {};
  onSubscription: Sockets["onSubscription"] = () => {};
  onSent: () => void = () => {};
  readonly received: Received[] = [];
  closed = false;
  /** What was wrong with the first message that was not as the protocol says. */
  invalid: unknown;
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  async bind(): Promise<void> {}

  async send(channel: Channel, frames: readonly Uint8Array[]): Promise<void> {
    const message = decode(frames, new Signer(this.#key));
    try {
      assertValid(message);
    } catch (error) {
      this.invalid ??= error;
    }
    this.received.push({ ...message, channel });
    this.onSent();
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

/** A runner whose cells do what the test says. */
export class FakeRunner implements Runner {
  onOutput: Runner["onOutput"] = () => {};
  onReplaced: Runner["onReplaced"] = () => {};
  readonly executed: CellRequest[] = [];
  readonly inputReplies: { requestId: string; value: string | undefined }[] = [];
  readonly commMessages: RunnerOutput[] = [];
  readonly openComms = new Map<string, string>();
  live: LiveProperty[] | undefined;
  description: string | undefined;
  interrupts = 0;
  isShutDown = false;
  /** What a cell does; by default it ends at once. */
  run: (
    request: CellRequest,
    send: (output: DistributiveOmit<RunnerOutput, "cellId">) => void | Promise<void>,
  ) => CellOutcome | Promise<CellOutcome> = () => ok();

  async start(): Promise<void> {}
  async execute(request: CellRequest): Promise<CellOutcome> {
    this.executed.push(request);
    return this.run(request, (output) => this.onOutput({ cellId: request.cellId, ...output }));
  }
  async interrupt(): Promise<void> {
    this.interrupts++;
  }
  async liveProperties(): Promise<LiveProperty[] | undefined> {
    return this.live;
  }
  async liveDescription(_expression: string): Promise<string | undefined> {
    return this.description;
  }
  inputReply(requestId: string, value: string | undefined): void {
    this.inputReplies.push({ requestId, value });
  }
  comm(message: RunnerOutput): void {
    this.commMessages.push(message);
  }
  comms(): Map<string, string> {
    return this.openComms;
  }
  async shutdown(): Promise<void> {
    this.isShutDown = true;
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

export const ok = (userExpressions: Record<string, JsonObject> = {}): CellOutcome => ({
  status: "ok",
  userExpressions,
});
export const failure = (ename = "Error", evalue = "no"): CellOutcome => ({
  status: "error",
  ename,
  evalue,
  traceback: [`${ename}: ${evalue}`],
});

export class FakeCellService implements CellService {
  completions: Completions = { matches: [], start: 0, end: 0 };
  readonly asked: { code: string; cursor: number }[] = [];
  inspection: MimeBundle | undefined;
  resets = 0;
  diagnose: (code: string) => CellDiagnostic[] | Promise<CellDiagnostic[]> = () => [];
  readonly added: string[] = [];

  readonly checked: Parameters<CellService["check"]>[0][] = [];

  async start(): Promise<void> {}
  async check(cell: Parameters<CellService["check"]>[0]): Promise<CellDiagnostic[]> {
    this.checked.push(cell);
    const { code } = cell;
    return this.diagnose(code);
  }
  add({ code }: { code: string }): void {
    this.added.push(code);
  }
  async reset(): Promise<void> {
    this.resets++;
  }
  async complete(code: string, cursor: number): Promise<Completions> {
    this.asked.push({ code, cursor });
    return this.completions;
  }
  async inspect(code: string, cursor: number): Promise<MimeBundle | undefined> {
    this.asked.push({ code, cursor });
    return this.inspection;
  }
  async isComplete(code: string): Promise<{ status: "complete" | "incomplete"; indent?: string }> {
    return code.endsWith("{") ? { status: "incomplete", indent: "  " } : { status: "complete" };
  }
  async shutdown(): Promise<void> {}
}

export interface SendOptions {
  channel?: RequestChannel;
  /** Identity of the front end. */
  from?: string;
  header?: Partial<Header>;
  parentHeader?: Header | Record<string, never>;
  buffers?: Uint8Array[];
}

/** A kernel on fakes, and front ends that talk to it. */
export class Bench {
  readonly key: string;
  readonly sockets: FakeSockets;
  readonly runner = new FakeRunner();
  readonly cellService = new FakeCellService();
  readonly kernel: Kernel;

  constructor(options: Partial<KernelOptions> & { key?: string } = {}) {
    this.key = options.key ?? "secret";
    this.sockets = new FakeSockets(this.key);
    this.kernel = new Kernel({
      sockets: this.sockets,
      signer: new Signer(this.key),
      runner: this.runner,
      cellService: this.cellService,
      history: new SqliteHistory(":memory:"),
      versions: { kernel: "1.2.3", typescript: "7.0.2" },
      ...options,
    });
  }

  /** The frames of a request as a front end sends them. */
  frames(type: string, content: JsonObject = {}, options: SendOptions = {}) {
    const { from = "front", header = {}, buffers = [], parentHeader = {} } = options;
    const date = new Date().toISOString();
    const message: Message = {
      identities: [Buffer.from(from)],
      header: {
        msg_id: randomUUID(),
        msg_type: type,
        session: from,
        username: "me",
        date,
        version: "5.5",
        ...header,
      },
      parentHeader,
      metadata: {},
      content,
      buffers,
    };
    return { id: message.header.msg_id, frames: encode(message, new Signer(this.key)) };
  }

  /** Sends a request; returns its msg_id. */
  send(type: string, content?: JsonObject, options?: SendOptions): string {
    const { id, frames } = this.frames(type, content, options);
    this.sockets.onMessage(options?.channel ?? "shell", frames);
    return id;
  }

  /** Sends a request and waits for its idle status; returns what the kernel sent because of it. */
  async ask(type: string, content?: JsonObject, options?: SendOptions): Promise<Answer> {
    return this.answer(this.send(type, content, options));
  }

  async answer(id: string): Promise<Answer> {
    await this.until(() => this.caused(id).some(({ content }) => content["execution_state"] === "idle"));
    const messages = this.caused(id);
    const reply = messages.find(({ channel }) => channel === "shell" || channel === "control");
    return {
      reply: reply?.content ?? {},
      metadata: reply?.metadata ?? {},
      iopub: messages.filter(({ channel }) => channel === "iopub"),
    };
  }

  execute(code: string, content: JsonObject = {}): Promise<Answer> {
    return this.ask("execute_request", { code, ...content });
  }

  /** All messages whose parent is this request, in order. */
  caused(id: string): Received[] {
    return this.sockets.received.filter(({ parentHeader }) => parentHeader.msg_id === id);
  }

  /** Waits until the condition holds; looks after each message that the kernel sends. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (this.sockets.invalid) reject(this.sockets.invalid);
        else if (condition()) resolve();
      };
      this.sockets.onSent = look;
      look();
    });
  }
}

export interface Answer {
  reply: JsonObject;
  metadata: JsonObject;
  iopub: Received[];
}

/** The message types on iopub; statuses by their state. */
export function types({ iopub }: Answer): string[] {
  return iopub.map(({ header, content }) => {
    const state = content["execution_state"];
    return typeof state === "string" ? state : header.msg_type;
  });
}

/** What the kernel logs from now on is kept here, not printed. */
export interface CapturedLog {
  text: string;
  release(): void;
}

export function captureLog(): CapturedLog {
  const write = process.stderr.write.bind(process.stderr);
  const log: CapturedLog = { text: "", release: () => void (process.stderr.write = write) };
  process.stderr.write = (text) => Boolean((log.text += String(text)));
  return log;
}

import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Dealer, Subscriber } from "zeromq";
import type { JsonObject } from "../../src/kernel/contracts.js";
import { type ConnectionInfo, endpoint } from "../../src/kernel/front/wire/connection.js";
import { decode, encode } from "../../src/kernel/front/wire/framing.js";
import type { Message } from "../../src/kernel/front/wire/message.js";
import { Signer } from "../../src/kernel/front/wire/signature.js";
import { assertValid } from "./message-spec.js";
import { kernelMain } from "./temporary-jupyter.js";

type Channel = "shell" | "control" | "stdin";

interface SendOptions {
  channel?: Channel;
  buffers?: Uint8Array[];
  /** Id of the subshell that shall handle it. */
  subshell?: string;
  /** Default: true. */
  hasReply?: boolean;
}

interface Received extends Message {
  channel: Channel | "iopub";
}

/** What came of a request. */
export interface Result {
  reply: JsonObject;
  metadata: JsonObject;
  /** From busy to idle; grows when output comes late. */
  iopub: Message[];
  /** All text of a stream. */
  text(name?: "stdout" | "stderr"): string;
}

interface StartOptions {
  env?: NodeJS.ProcessEnv;
  /** Default: the kernel of this build. */
  main?: string;
  /** Default: on free ports. */
  connection?: ConnectionInfo;
  /** The process started is not the kernel, but its parent, as Jupyter Server is. */
  viaServer?: boolean;
}

const parentProgram = `
  const env = { ...process.env, JPY_PARENT_PID: String(process.pid) };
  require("node:child_process").spawn(process.execPath, process.argv.slice(1), { env, stdio: "ignore" });
  setInterval(() => {}, 1000);`;

/** A real kernel process. */
export class KernelProcess {
  readonly process: ChildProcess;
  readonly connection: ConnectionInfo;
  readonly folder: string;
  /** What the kernel logged. */
  log = "";

  private constructor(child: ChildProcess, connection: ConnectionInfo, folder: string) {
    this.process = child;
    this.connection = connection;
    this.folder = folder;
    child.stderr!.setEncoding("utf8").on("data", (text: string) => (this.log += text));
  }

  /** Starts a kernel in an empty folder of its own. Use `connect` to talk to it. */
  static async start(options: StartOptions = {}): Promise<KernelProcess> {
    const folder = await mkdtemp(join(tmpdir(), "manabi-kernel-"));
    const connection = options.connection ?? (await freeConnection());
    const file = join(folder, "connection.json");
    await writeFile(file, JSON.stringify(connection));
    const kernelArgs = [options.main ?? kernelMain, "--connection-file", file];
    const child = spawn(
      process.execPath,
      options.viaServer ? ["--eval", parentProgram, ...kernelArgs] : kernelArgs,
      {
        cwd: folder,
        env: { ...process.env, MANABI_HISTORY: ":memory:", ...options.env },
        stdio: ["ignore", "inherit", "pipe"],
      },
    );
    return new KernelProcess(child, connection, folder);
  }

  connect(identity?: string): Promise<FrontEnd> {
    return FrontEnd.connect(this.connection, identity);
  }

  /** Resolves with the exit code when the process has ended. */
  async ended(): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, "exit");
    return this.process.exitCode;
  }

  /** Ends the process, however it is, and removes its folder. */
  async dispose(): Promise<void> {
    this.process.kill("SIGTERM");
    const timer = setTimeout(() => this.process.kill("SIGKILL"), 5000);
    await this.ended();
    clearTimeout(timer);
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A front end: one connection to each channel. Checks every message against the protocol. */
export class FrontEnd {
  readonly identity: string;
  readonly received: Received[] = [];
  /** What came on stdin. */
  readonly questions: Message[] = [];
  readonly #signer: Signer;
  readonly #sockets: Record<Channel, Dealer>;
  readonly #iopub = new Subscriber({ linger: 0, receiveHighWaterMark: 0 });
  /** Who waits for a message. */
  readonly #waiting = new Set<() => void>();
  #invalid: unknown;

  private constructor(connection: ConnectionInfo, identity: string) {
    this.identity = identity;
    this.#signer = new Signer(connection.key);
    const dealer = () =>
      new Dealer({ routingId: identity, linger: 0, receiveHighWaterMark: 0, reconnectInterval: 5 });
    this.#sockets = { shell: dealer(), control: dealer(), stdin: dealer() };
    for (const channel of ["shell", "control", "stdin"] as const) {
      this.#sockets[channel].connect(endpoint(connection, connection[`${channel}_port`]));
      void this.#receive(this.#sockets[channel], channel);
    }
    this.#iopub.reconnectInterval = 5;
    this.#iopub.connect(endpoint(connection, connection.iopub_port));
    this.#iopub.subscribe("");
    void this.#receive(this.#iopub, "iopub");
  }

  /** Resolves when the kernel sends to this front end. */
  static async connect(connection: ConnectionInfo, identity: string = randomUUID()): Promise<FrontEnd> {
    const front = new FrontEnd(connection, identity);
    await front.until(() => front.received.some(({ header }) => header.msg_type === "iopub_welcome"));
    return front;
  }

  /** Sends a message; returns its msg_id. */
  send(type: string, content: JsonObject = {}, options: SendOptions = {}): string {
    const { channel = "shell", buffers = [], subshell } = options;
    const msg_id = randomUUID();
    const header = {
      msg_id,
      msg_type: type,
      session: this.identity,
      username: "test",
      date: new Date().toISOString(),
      version: "5.5",
      ...(subshell && { subshell_id: subshell }),
    };
    const frames = encode(
      { identities: [], header, parentHeader: {}, metadata: {}, content, buffers },
      this.#signer,
    );
    void this.#sockets[channel].send(frames);
    return msg_id;
  }

  /** Sends frames as they are. */
  async sendRaw(frames: Buffer[], channel: Channel = "shell"): Promise<void> {
    await this.#sockets[channel].send(frames);
  }

  /** Waits for reply and idle. */
  async result(id: string, hasReply = true): Promise<Result> {
    let reply: Received | undefined;
    let idle: Message | undefined;
    let seen = 0;
    await this.until(() => {
      for (; seen < this.received.length; seen++) {
        const message = this.received[seen]!;
        if (message.parentHeader.msg_id !== id) continue;
        if (message.content["execution_state"] === "idle") idle = message;
        else if (message.channel !== "iopub") reply = message;
      }
      return idle !== undefined && (reply !== undefined || !hasReply);
    });
    const iopub = this.received.filter(
      (message) => message.parentHeader.msg_id === id && message.channel === "iopub",
    );
    const text = (name = "stdout") =>
      iopub.map(({ content }) => (content["name"] === name ? String(content["text"]) : "")).join("");
    return { reply: reply?.content ?? {}, metadata: reply?.metadata ?? {}, iopub, text };
  }

  request(type: string, content?: JsonObject, options?: SendOptions): Promise<Result> {
    return this.result(this.send(type, content, options), options?.hasReply);
  }

  execute(code: string, content: JsonObject = {}): Promise<Result> {
    return this.request("execute_request", { code, ...content });
  }

  /** Interrupts what runs. */
  interrupt(): Promise<Result> {
    return this.request("interrupt_request", {}, { channel: "control" });
  }

  /** Waits until the condition holds, which is looked at after each message. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (this.#invalid) reject(this.#invalid);
        else if (!condition()) return;
        else resolve();
        this.#waiting.delete(look);
      };
      this.#waiting.add(look);
      look();
    });
  }

  close(): void {
    for (const socket of [...Object.values(this.#sockets), this.#iopub]) socket.close();
  }

  async #receive(socket: Dealer | Subscriber, channel: Channel | "iopub"): Promise<void> {
    for await (const frames of socket) {
      const message = decode(frames, this.#signer);
      try {
        assertValid(message);
      } catch (error) {
        this.#invalid ??= error;
      }
      if (channel === "stdin") this.questions.push(message);
      else this.received.push({ ...message, channel });
      for (const look of this.#waiting) look();
    }
  }
}

/** A connection file's content with ports that nobody uses. */
export async function freeConnection(): Promise<ConnectionInfo> {
  const [shell_port, control_port, stdin_port, iopub_port, hb_port] = (await Promise.all(
    [1, 2, 3, 4, 5].map(freePort),
  )) as [number, number, number, number, number];
  const ports = { shell_port, control_port, stdin_port, iopub_port, hb_port };
  return { transport: "tcp", ip: "127.0.0.1", key: randomUUID(), signature_scheme: "hmac-sha256", ...ports };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return (address as { port: number }).port;
}

/** One process in which user code runs, from its start to its death. */
import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import type { Duplex, Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { decodeMessage, encodeMessage, FrameKind, FrameReader, type Frame } from "../channel/frames.js";
import {
  Descriptor,
  unusableExitCode,
  type HelperReply,
  type HelperRequest,
  type RunnerMessage,
  type RunnerRequest,
} from "../channel/messages.js";
import { OrderedOutput } from "./ordered-output.js";

/** Raw output is awaited so long after the process has died, if a child process keeps the pipe open. */
const drainMs = 200;

export interface RunnerOptions {
  /** The notebook's folder. */
  cwd: string;
  env?: NodeJS.ProcessEnv;
}

interface ProcessListener {
  message(message: RunnerMessage, buffers: Buffer[]): void | Promise<void>;
  text(cellId: string, name: "stdout" | "stderr", text: string): void | Promise<void>;
  raw(name: "stdout" | "stderr", text: string): void | Promise<void>;
}

/** What Node prints as it exits, since the helper thread has an inspector session. */
const debuggerNote = "Waiting for the debugger to disconnect...\n";

const unusable =
  "The process that runs the cells was ended, because its code has changed what the kernel needs itself (such as JSON, " +
  "Array.prototype or Object.prototype)";

export class RunnerProcess {
  /** Resolves when the process can evaluate, or has died. */
  readonly ready: Promise<void>;
  /** Resolves with what happened when the process is dead and its output has been handed over. */
  readonly died: Promise<string>;

  private readonly child: ChildProcess;
  private readonly output: OrderedOutput;
  private readonly answers = new Map<number, (result: HelperReply["result"]) => void>();
  private requests = 0;
  private noteInterrupted: () => void = () => undefined;
  wasReady = false;
  isDead = false;
  private becomeReady!: () => void;
  private exitCode: number | undefined;
  private killReason: string | undefined;
  private startError: Error | undefined;

  constructor(
    { cwd, env }: RunnerOptions,
    private readonly listener: ProcessListener,
  ) {
    const token = randomBytes(12).toString("hex");
    const part = fileURLToPath(new URL("../part.cjs", import.meta.url));
    // Without the flag, ending a loop in a timer makes Node abort ("async hook stack has become corrupted").
    this.child = spawn(process.execPath, ["--no-force-async-hooks-checks", part, "runner", token], {
      cwd,
      env: env ?? process.env,
      // A group of its own, so that signals reach it with all that it starts.
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "pipe", "pipe", "pipe"],
    });
    this.ready = new Promise((resolve) => (this.becomeReady = resolve));
    this.output = new OrderedOutput(this.stream(Descriptor.output), this.stream(1), this.stream(2), token, {
      frame: (frame) => this.receive(frame),
      raw(name, text) {
        const users = text.replace(debuggerNote, "");
        return users === "" ? undefined : listener.raw(name, users);
      },
    });
    const reader = new FrameReader();
    this.stream(Descriptor.helper).on("data", (chunk: Buffer) => {
      for (const frame of reader.push(chunk)) {
        const { id, result } = decodeMessage(frame.payload).message as HelperReply;
        this.answers.get(id)?.(result);
        this.answers.delete(id);
      }
    });
    for (const descriptor of Object.values(Descriptor)) {
      // Writing to a process that has just died fails; its death is noticed anyway.
      this.stream(descriptor).on("error", () => undefined);
      this.stream(descriptor).once("close", () => this.lostConnection());
    }
    // Its end is noticed by reading only.
    this.stream(Descriptor.requests).resume();
    this.died = this.watch();
    void this.died.then(() => (this.isDead = true)).then(() => this.becomeReady());
  }

  send(request: RunnerRequest, buffers: Uint8Array[] = []): void {
    this.stream(Descriptor.requests).write(encodeMessage(request, buffers));
  }

  /** Resolves when the running cells have settled. */
  async interrupt(cellIds: string[]): Promise<void> {
    this.output.eager = true;
    this.output.pump();
    const interrupted = new Promise<void>((resolve) => (this.noteInterrupted = resolve));
    await Promise.all([this.ask({ type: "interrupt", cellIds }), interrupted]);
    this.output.eager = false;
  }

  /** The helper thread's answer; undefined if there is none in time. */
  ask(request: HelperRequest, timeoutMs?: number): Promise<HelperReply["result"]> {
    return new Promise((resolve) => {
      const id = (this.requests += 1);
      this.answers.set(id, resolve);
      this.stream(Descriptor.helper).write(encodeMessage({ id, request }));
      if (timeoutMs !== undefined) {
        setTimeout(() => {
          this.answers.delete(id);
          resolve(undefined);
        }, timeoutMs).unref();
      }
    });
  }

  /** Ends the process and all that it started; `reason` says why to the user. */
  kill(reason: string): void {
    this.killReason ??= reason;
    this.signalGroup("SIGKILL");
  }

  /** The process has died, unless the user's code has closed a descriptor that is not its own. */
  private lostConnection(): void {
    setTimeout(() => {
      if (this.child.exitCode !== null || this.child.signalCode !== null) return;
      this.kill(
        "The process that runs the cells was cut off, because its code closed a connection to the kernel",
      );
    }, drainMs).unref();
  }

  private signalGroup(signal: NodeJS.Signals): void {
    if (this.child.pid === undefined) return;
    try {
      process.kill(-this.child.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  private async watch(): Promise<string> {
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
      this.child.on("exit", (...status) => resolve(status));
      this.child.on("error", (error) => {
        this.startError = error;
        resolve([null, null]);
      });
    });
    // What it started goes with it.
    this.signalGroup("SIGKILL");
    const timer = setTimeout(() => this.output.endRaw(), drainMs);
    await this.output.ended;
    clearTimeout(timer);
    for (const descriptor of [Descriptor.requests, Descriptor.helper]) this.stream(descriptor).destroy();
    for (const answer of this.answers.values()) answer(undefined);
    return this.describeEnd(code, signal);
  }

  private describeEnd(code: number | null, signal: NodeJS.Signals | null): string {
    if (this.killReason !== undefined) return this.killReason;
    if (this.startError)
      return `The process that runs the cells could not be started: ${this.startError.message}`;
    if (this.exitCode !== undefined)
      return `process.exit(${this.exitCode}) ended the process that runs the cells`;
    if (signal === "SIGABRT")
      return "The process that runs the cells aborted (out of memory, or process.abort())";
    if (signal === "SIGSEGV") return "The process that runs the cells crashed in native code (SIGSEGV)";
    if (signal === "SIGKILL")
      return "The process that runs the cells was killed (SIGKILL; perhaps out of memory)";
    if (signal) return `The process that runs the cells was ended by ${signal}`;
    if (code === unusableExitCode) return unusable;
    return `The process that runs the cells ended with exit code ${code}`;
  }

  private receive({ kind, payload }: Frame): void | Promise<void> {
    if (kind === FrameKind.message) {
      const decoded = this.decode(payload);
      if (!decoded) return;
      const { message, buffers } = decoded;
      if (message.type === "ready") {
        this.wasReady = true;
        this.becomeReady();
      }
      if (message.type === "interrupted") this.noteInterrupted();
      if (message.type === "exiting") this.exitCode = message.code;
      return this.listener.message(message, buffers);
    }
    const idEnd = 2 + payload.readUInt16LE(0);
    const name = kind === FrameKind.stdout ? "stdout" : "stderr";
    return this.listener.text(payload.toString("utf8", 2, idEnd), name, payload.toString("utf8", idEnd));
  }

  /** Undefined for what cannot be read: the process has sent nonsense, and will not do better. */
  private decode(payload: Buffer): { message: RunnerMessage; buffers: Buffer[] } | undefined {
    try {
      const { message, buffers } = decodeMessage(payload) as { message?: RunnerMessage; buffers: Buffer[] };
      if (typeof message?.type === "string") return { message, buffers };
    } catch {
      // JSON that is none.
    }
    this.kill(unusable);
    return undefined;
  }

  private stream(descriptor: number): Duplex {
    return this.child.stdio[descriptor] as Readable & Writable as Duplex;
  }
}

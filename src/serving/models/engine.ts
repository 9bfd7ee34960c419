import { spawn, type ChildProcess } from "node:child_process";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import { readFrames, writeFrame } from "../engine/frames.js";
import type { ModelInfo, Order, PixelRange, Report, TensorHead } from "../engine/messages.js";
import { ServingError } from "../status.js";
import type { Tensor } from "../tensors.js";

export interface EngineOptions {
  path: string;
  threads: number;
  mostPixels: number;
  pixels?: PixelRange | undefined;
}

/** What a run gave, and how long the model took. */
export interface RunResult {
  outputs: Record<string, Tensor>;
  seconds: number;
}

interface Waiting {
  resolve: (result: RunResult) => void;
  reject: (error: Error) => void;
}

/** An input in parts that follow each other, as they come from several requests. */
export interface InputParts extends Omit<Tensor, "bytes"> {
  parts: readonly Uint8Array[];
}

/**
 * A process that runs one version of a model. It is one of its own, so that loading and running it never stops the server,
 * and a crash in native code does not end it.
 */
export class Engine {
  readonly #process: ChildProcess;
  readonly #pipe: Duplex;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 0;
  #loading: { resolve(info: ModelInfo): void; reject(error: Error): void } | undefined;
  /** What the process printed last, for when it ends. */
  #stderr = "";
  #isClosing = false;
  /** Settled with the reason when the process has ended. */
  readonly ended: Promise<string>;

  constructor(private readonly options: EngineOptions) {
    const { threads } = options;
    this.#process = spawn(process.execPath, [fileURLToPath(new URL("../engine/main.js", import.meta.url))], {
      stdio: ["ignore", "inherit", "pipe", "pipe"],
      // In a group of its own, so that Ctrl+C is for the server, which then says when this process ends.
      detached: true,
      env: {
        ...process.env,
        TF_NUM_INTRAOP_THREADS: String(threads),
        TF_NUM_INTEROP_THREADS: String(Math.min(threads, 2)),
      },
    });
    this.#pipe = this.#process.stdio[3] as Duplex;
    // It ends with the process, which says more.
    this.#pipe.on("error", () => undefined);
    readFrames(this.#pipe, (message, bytes) => this.#take(message as Report, bytes));
    this.#process.stderr!.setEncoding("utf8").on("data", (text: string) => {
      process.stderr.write(text);
      this.#stderr = (this.#stderr + text).slice(-2000);
    });
    this.ended = new Promise((resolve) => {
      this.#process.on("error", (error) => resolve(this.#end(error.message)));
      this.#process.on("close", (code, signal) => resolve(this.#end(signal ?? `exit code ${code}`)));
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** @throws Error that says what is wrong with the files */
  load(): Promise<ModelInfo> {
    const { path, pixels, mostPixels } = this.options;
    return new Promise((resolve, reject) => {
      this.#loading = { resolve, reject };
      this.#send({ type: "load", path, pixels, mostPixels });
    });
  }

  run(signature: string, rows: number, inputs: Record<string, InputParts>): Promise<RunResult> {
    const heads = Object.entries(inputs).map(([name, { dtype, shape, parts }]) => ({
      name,
      dtype,
      shape,
      size: parts.reduce((size, part) => size + part.length, 0),
    }));
    const parts = Object.values(inputs).flatMap((input) => input.parts);
    return this.#ask((id) => this.#send({ type: "run", id, signature, rows, inputs: heads }, parts));
  }

  runPictures(signature: string, rows: number, files: readonly Uint8Array[]): Promise<RunResult> {
    const sizes = files.map((file) => file.length);
    return this.#ask((id) => this.#send({ type: "pictures", id, signature, rows, sizes }, files));
  }

  #ask(send: (id: number) => void): Promise<RunResult> {
    return new Promise((resolve, reject) => {
      if (this.#isClosing || this.#process.exitCode !== null || this.#process.signalCode !== null)
        return reject(new ServingError("UNAVAILABLE", "The model is being started again.", 1));
      const id = this.#nextId++;
      this.#waiting.set(id, { resolve, reject });
      send(id);
    });
  }

  #send(order: Order, parts: readonly Uint8Array[] = []): void {
    if (this.#pipe.writable) writeFrame(this.#pipe, order, parts);
  }

  #take(report: Report, bytes: Uint8Array): void {
    if (report.type === "loaded") return this.#loading?.resolve(report.info);
    if (report.type === "refused") return this.#loading?.reject(new Error(report.message));
    const waiting = this.#waiting.get(report.id);
    this.#waiting.delete(report.id);
    if (report.type === "done")
      waiting?.resolve({ outputs: tensorsOf(report.outputs, bytes), seconds: report.seconds });
    else waiting?.reject(new ServingError(report.code, report.message));
  }

  #end(how: string): string {
    const said = this.#stderr.trim();
    const reason = `its process ended (${how})${said && !this.#isClosing ? `:\n${said}` : ""}`;
    this.#loading?.reject(new Error(reason));
    for (const { reject } of this.#waiting.values())
      reject(
        new ServingError("UNAVAILABLE", `The model's process ended (${how}). It is being started again.`, 1),
      );
    this.#waiting.clear();
    return reason;
  }

  /** Ends the process; what it still had to do is answered with an error. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#process.kill("SIGKILL");
    await this.ended;
  }
}

function tensorsOf(
  heads: readonly (TensorHead & { name: string })[],
  bytes: Uint8Array,
): Record<string, Tensor> {
  let at = 0;
  return Object.fromEntries(
    heads.map(({ name, dtype, shape, size }) => [
      name,
      { dtype, shape, bytes: bytes.subarray(at, (at += size)) },
    ]),
  );
}

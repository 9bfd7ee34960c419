import { stripVTControlCharacters } from "node:util";
import type { CellService, JsonObject, MimeBundle, Runner, RunnerOutput } from "../../contracts.js";
import type { History } from "../history/history.js";
import { logDebug, logWarning } from "../log.js";
import type { Ports } from "../wire/connection.js";
import { RefusedMessage } from "../wire/framing.js";
import type { Message } from "../wire/message.js";
import type { Signer } from "../wire/signature.js";
import type { RequestChannel, Sockets } from "../wire/sockets.js";
import { isAttachCommand } from "./attach-command.js";
import { Cells, type Cell } from "./cells.js";
import { InvalidContent } from "./content.js";
import { handlers } from "./handlers.js";
import { abortExecution, execute_request } from "./handlers/execute_request.js";
import { InputRequests } from "./input-requests.js";
import { MessageEncoder } from "./message-encoder.js";
import { outputMessage } from "./outputs.js";
import { Publisher } from "./publisher.js";
import type { Handler, KernelContext } from "./handler.js";
import type { Request } from "./request.js";
import type { Settings } from "./settings.js";
import { Shell } from "./shell.js";

export interface KernelOptions {
  sockets: Sockets;
  signer: Signer;
  runner: Runner;
  cellService: CellService;
  history: History;
  /** Of the kernel and of its language, for kernel_info. */
  versions: { kernel: string; typescript: string };
  /** Default: type errors are shown, and do not keep cells from running. */
  settings?: Partial<Settings>;
  /** Where its sockets listen, for those who ask. */
  ports?: Ports;
}

/**
 * Receives requests, has them handled, and frames each by its busy and idle status. Nothing here waits for user
 * code: cells run in the queue of their (sub)shell, all other requests are answered as they come.
 */
export class Kernel implements KernelContext {
  readonly runner: Runner;
  readonly cellService: CellService;
  readonly history: History;
  readonly versions: KernelOptions["versions"];
  readonly ports: Ports | undefined;
  readonly publisher: Publisher;
  readonly cells = new Cells();
  readonly inputRequests = new InputRequests();
  /** By subshell id. */
  readonly subshells = new Map<string, Shell>();
  /** Resolves when the kernel has stopped and its sockets are closed. */
  readonly stopped: Promise<void>;
  readonly settings: Settings;
  executionCount = 0;
  /** Cells that have ended without their type errors, which are still awaited. */
  lateChecks = 0;
  stopping = false;

  readonly #sockets: Sockets;
  readonly #encoder: MessageEncoder;
  readonly mainShell = this.createShell();
  /** Control does not wait for the cells of others. */
  readonly #controlShell = this.createShell();
  #welcomed = false;
  #setStopped = () => {};

  constructor(options: KernelOptions) {
    this.runner = options.runner;
    this.cellService = options.cellService;
    this.history = options.history;
    this.versions = options.versions;
    this.ports = options.ports;
    this.settings = { diagnostics: true, strict: false, ...options.settings };
    this.#sockets = options.sockets;
    this.#encoder = new MessageEncoder(options.signer);
    this.stopped = new Promise((resolve) => (this.#setStopped = resolve));
    this.publisher = new Publisher({
      encode: ({ type, parent, content, metadata, buffers }) =>
        this.#encoder.encode(
          [Buffer.from(`kernel.${this.#encoder.session}.${type}`)],
          type,
          parent,
          content,
          metadata,
          buffers,
        ).frames,
      send: (frames) => this.#sockets.send("iopub", frames),
    });
    this.#sockets.onMessage = (channel, frames) => this.#receive(channel, frames);
    this.#sockets.onSubscription = (topic) => this.#welcome(topic);
    this.runner.onOutput = (output) => this.#output(output);
    this.runner.onReplaced = (reason) => this.#runnerReplaced(reason);
  }

  createShell(): Shell {
    return new Shell({
      execute: (request) => execute_request(this, request),
      abort: (request) => abortExecution(this, request),
    });
  }

  /** The busy or idle status of one request. */
  status(state: "busy" | "idle", request: Request): void {
    this.publisher.now(request.header, "status", { execution_state: state });
  }

  /** Sends the reply to a request to whoever sent it. */
  reply(request: Request, content: JsonObject, metadata: JsonObject = {}): void {
    const type = request.header.msg_type.replace(/_request$/, "_reply");
    const { frames } = this.#encoder.encode(request.identities, type, request.header, content, metadata);
    this.#sockets
      .send(request.channel, frames)
      .catch((error) => logWarning(`${type} could not be sent`, error));
  }

  /** The reply to a request that could not be handled. */
  replyFailure(request: Request, error: unknown): void {
    const type = request.header.msg_type;
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    logWarning(`${type} failed`, error instanceof InvalidContent ? message : error);
    if (!type.endsWith("_request")) return;
    const content = { status: "error", ename: name, evalue: message, traceback: [`${name}: ${message}`] };
    this.reply(
      request,
      type === "execute_request" ? { ...content, execution_count: this.executionCount } : content,
    );
  }

  /** Ends what the running cells do; what they have printed until now leaves at once. */
  interrupt(): Promise<void> {
    this.publisher.hurry();
    return this.runner.interrupt();
  }

  /** Ends the runner and the cell service and closes the sockets. */
  async stop(): Promise<void> {
    if (this.stopping) return this.stopped;
    this.stopping = true;
    const ends = await Promise.allSettled([this.runner.shutdown(), this.cellService.shutdown()]);
    for (const end of ends)
      if (end.status === "rejected") logWarning("a part of the kernel did not stop", end.reason);
    this.history.close();
    await this.#sockets.close();
    this.#setStopped();
  }

  #receive(channel: RequestChannel, frames: readonly Uint8Array[]): void {
    let message: Message;
    try {
      message = this.#encoder.decode(frames);
    } catch (error) {
      if (!(error instanceof RefusedMessage)) throw error;
      logWarning(`dropped a message on ${channel}: ${error.message}`);
      return;
    }
    const request = { ...message, channel };
    const type = message.header.msg_type;
    logDebug(`received ${type} on ${channel}`, () => ({ id: message.header.msg_id, ...message.content }));
    if (channel !== "stdin" && type === "execute_request") this.#queue(request);
    else void this.#answer(request, handlers[channel].get(type));
  }

  #queue(request: Request): void {
    if (isAttachCommand(request.content["code"])) return void this.#executeNow(request);
    const id = request.header.subshell_id;
    const usual = request.channel === "control" ? this.#controlShell : this.mainShell;
    const shell = id == null ? usual : this.subshells.get(id);
    if (shell) shell.add(request);
    else {
      void this.#answer(request, () => {
        throw new Error(`there is no subshell "${id}"; create_subshell_request makes one`);
      });
    }
  }

  /** What asks about the running cell does not wait for its end. */
  async #executeNow(request: Request): Promise<void> {
    await execute_request(this, request);
    this.#restateBusy();
  }

  async #answer(request: Request, handler: Handler | undefined): Promise<void> {
    // Nothing on stdin is a request: no status, no reply.
    const hasStatus = request.channel !== "stdin";
    if (hasStatus) this.status("busy", request);
    try {
      if (handler) {
        const content = await handler(this, request);
        if (content) this.reply(request, { status: "ok", ...content });
      } else logWarning(`unknown message type ${request.header.msg_type} on ${request.channel}`);
    } catch (error) {
      this.replyFailure(request, error);
    }
    if (!hasStatus) return;
    this.status("idle", request);
    this.#restateBusy();
  }

  /** JupyterLab shows the latest status, whatever it belongs to. */
  #restateBusy(): void {
    if (this.mainShell.executing) this.status("busy", this.mainShell.executing);
  }

  #output(output: RunnerOutput): void | Promise<void> {
    const cell = this.cells.get(output.cellId);
    // Findings of the type checker come first.
    if (cell?.held) return cell.held.then(() => this.#publish(output, cell));
    return this.#publish(output, cell);
  }

  #publish(output: RunnerOutput, cell: Cell | undefined): void | Promise<void> {
    if (output.type === "input_request") return this.#ask(output);
    if (output.type === "execute_result" && cell) cell.result = plainText(output.data);
    cell?.record.add(output);
    return output.type === "stream"
      ? this.publisher.stream(cell?.request.header ?? {}, output.name, output.text)
      : this.publisher.output(outputMessage(output, cell));
  }

  /** Asks the front end that runs the cell, and no other, after it has got what the cell printed before. */
  async #ask({
    cellId,
    requestId,
    prompt,
    password,
  }: Extract<RunnerOutput, { type: "input_request" }>): Promise<void> {
    const cell = this.cells.get(cellId);
    if (!cell) return this.runner.inputReply(requestId, undefined);
    await this.publisher.flush();
    const { identities, header } = cell.request;
    const { frames, id } = this.#encoder.encode(identities, "input_request", header, { prompt, password });
    this.inputRequests.add({ requestId, cell, messageId: id });
    try {
      await this.#sockets.send("stdin", frames);
    } catch (error) {
      logWarning("the front end that should be asked for input has gone", error);
      this.runner.inputReply(requestId, undefined);
    }
  }

  #runnerReplaced(reason: string): void {
    this.cellService.reset().catch((error) => logWarning("the cell service could not be reset", error));
    const cell = this.cells.newest;
    // Running cells end with an error that says it.
    if (cell && !this.mainShell.executing)
      void this.publisher.stream(cell.request.header, "stderr", `${reason}\n`);
  }

  #welcome(topic: Uint8Array): void {
    // https://jupyter.org/enhancement-proposals/65-jupyter-xpub/jupyter-xpub.html
    const subscription = Buffer.from(topic).toString();
    const { frames } = this.#encoder.encode([topic], "iopub_welcome", {}, { subscription });
    this.#sockets
      .send("iopub", frames)
      .catch((error) => logWarning("iopub_welcome could not be sent", error));
    // Earlier nobody could have received it.
    if (!this.#welcomed) this.publisher.now({}, "status", { execution_state: "starting" });
    this.#welcomed = true;
  }
}

/** The text of a result, without colours. */
function plainText(data: MimeBundle): string | undefined {
  const text = data["text/plain"];
  return typeof text === "string" ? stripVTControlCharacters(text) : undefined;
}

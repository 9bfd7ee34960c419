/** The front process's side of the runner: starts, watches and replaces the process in which user code runs. */
import { boldRed } from "../colors.js";
import type { CellOutcome, CellRequest, LiveProperty, Runner } from "../contracts.js";
import type { CommMessage, RunnerMessage, RunnerRequest } from "../channel/messages.js";
import { interruptedError } from "../interrupted.js";
import { logDebug } from "./log.js";
import { RunnerProcess, type RunnerOptions } from "./runner-child.js";

/** An interrupt that has not worked by then costs the process. */
const escalateMs = 5000;
/** A live value that is not known by then is not asked for any longer. */
const liveTimeoutMs = 1500;

export function createRunner(options: RunnerOptions): Runner {
  return new ProcessRunner(options);
}

class ProcessRunner implements Runner {
  onOutput: Runner["onOutput"] = () => undefined;
  onReplaced: Runner["onReplaced"] = () => undefined;

  private process: RunnerProcess | undefined;
  private stopped = false;
  /** Cells that have not settled, in order of their start. */
  private readonly running = new Map<string, (outcome: CellOutcome) => void>();
  private latestCellId = "";
  private readonly openComms = new Map<string, string>();
  /** While it is pending, nothing is sent to the user's thread, where an interrupt could hit it. */
  private interrupting: Promise<void> | undefined;

  constructor(private readonly options: RunnerOptions) {}

  async start(): Promise<void> {
    const process = new RunnerProcess(this.options, {
      message: (message, buffers) => this.receive(message, buffers),
      text: (cellId, name, text) => this.onOutput({ type: "stream", cellId, name, text }),
      raw: (name, text) => this.onOutput({ type: "stream", cellId: this.rawCellId(), name, text }),
    });
    this.process = process;
    logDebug("starts a runner");
    void process.died.then((reason) => this.replace(process, reason));
    await process.ready;
    if (!process.wasReady) throw new Error(await process.died);
  }

  execute(request: CellRequest): Promise<CellOutcome> {
    // At once if that is possible: a promise that is pending for nothing costs every cell time.
    if (this.process?.isDead) return this.beginAnew(request);
    return this.interrupting ? this.interrupting.then(() => this.begin(request)) : this.begin(request);
  }

  /** The process could not be started when it was to replace another: the notebook's folder was away, perhaps. */
  private async beginAnew(request: CellRequest): Promise<CellOutcome> {
    try {
      await this.start();
    } catch (error) {
      return runnerDied((error as Error).message);
    }
    return this.begin(request);
  }

  private begin(request: CellRequest): Promise<CellOutcome> {
    this.latestCellId = request.cellId;
    return new Promise((resolve) => {
      this.running.set(request.cellId, resolve);
      this.process?.send({ type: "execute", request });
    });
  }

  async interrupt(): Promise<void> {
    const { process } = this;
    if (!process) return;
    this.interrupting ??= this.endRunningCells(process).finally(() => (this.interrupting = undefined));
    await this.interrupting;
  }

  private async endRunningCells(process: RunnerProcess): Promise<void> {
    const cellIds = [...this.running.keys()];
    logDebug("interrupts", () => cellIds);
    const timer = setTimeout(() => {
      process.kill(`the cell could not be interrupted within ${escalateMs / 1000} s and was killed`);
    }, escalateMs);
    const reason = await Promise.race([process.interrupt(cellIds), process.died]);
    clearTimeout(timer);
    if (reason !== undefined) return;
    // A cell that the interrupt hit while it was being taken over has been lost on its way.
    for (const cellId of cellIds) this.settle(cellId, { status: "error", ...interruptedError() });
  }

  async liveProperties(expression: string): Promise<LiveProperty[] | undefined> {
    return (await this.process?.ask({ type: "liveProperties", expression }, liveTimeoutMs)) as
      LiveProperty[] | undefined;
  }

  async liveDescription(expression: string): Promise<string | undefined> {
    return (await this.process?.ask({ type: "liveDescription", expression }, liveTimeoutMs)) as
      string | undefined;
  }

  inputReply(requestId: string, value: string | undefined): void {
    void this.sendWhenQuiet({ type: "input_reply", requestId, value });
  }

  comm({ buffers, ...message }: CommMessage): void {
    this.noteComm(message.type, message.content);
    void this.sendWhenQuiet({ type: "comm", message }, buffers);
  }

  comms(): Map<string, string> {
    return this.openComms;
  }

  async shutdown(): Promise<void> {
    this.stopped = true;
    const { process } = this;
    this.process = undefined;
    if (!process) return;
    process.kill("the kernel was shut down");
    await process.died;
  }

  private async sendWhenQuiet(request: RunnerRequest, buffers: Uint8Array[] = []): Promise<void> {
    await this.interrupting;
    this.process?.send(request, buffers);
  }

  private receive(message: RunnerMessage, buffers: Buffer[]): void | Promise<void> {
    switch (message.type) {
      case "settled":
        this.settle(message.cellId, message.outcome);
        return;
      case "log":
        logDebug(`runner: ${message.text}`);
        return;
      case "ready":
      case "exiting":
      case "interrupted":
        return;
      case "comm_open":
      case "comm_msg":
      case "comm_close":
        this.noteComm(message.type, message.content);
        return this.onOutput({ ...message, buffers });
      default:
        return this.onOutput(message);
    }
  }

  private settle(cellId: string, outcome: CellOutcome): void {
    const resolve = this.running.get(cellId);
    this.running.delete(cellId);
    resolve?.(outcome);
  }

  private noteComm(type: CommMessage["type"], content: CommMessage["content"]): void {
    if (type === "comm_open") this.openComms.set(String(content.comm_id), String(content.target_name));
    if (type === "comm_close") this.openComms.delete(String(content.comm_id));
  }

  /** The process is dead: the cells that ran in it settle when another one is ready. */
  private async replace(dead: RunnerProcess, reason: string): Promise<void> {
    logDebug(`the runner has ended: ${reason}`);
    if (this.process !== dead && !this.stopped) return;
    const cells = [...this.running.keys()];
    this.openComms.clear();
    // One that cannot even start would fail again; `start` has said so.
    if (!this.stopped && dead.wasReady) {
      const started = this.start();
      this.onReplaced(reason);
      // If that fails, the next cell tries again, and says so.
      await started.catch(() => undefined);
    }
    for (const cellId of cells) this.settle(cellId, runnerDied(reason));
  }

  /** Nothing tells which cell raw output belongs to: the one that runs, or the one that ran last. */
  private rawCellId(): string {
    return [...this.running.keys()].at(-1) ?? this.latestCellId;
  }
}

function runnerDied(reason: string): CellOutcome {
  const evalue = `${reason}. All variables are lost; run the cells that define them again.`;
  const traceback = [`${boldRed("RunnerDied")}: ${evalue}`];
  return { status: "error", ename: "RunnerDied", evalue, traceback };
}

import type { ModelInfo, PixelRange } from "../engine/messages.js";
import { ServingError } from "../status.js";
import { Batcher, type BatchListener, type BatchSettings, type Cancellation, type Work } from "./batcher.js";
import { Engine } from "./engine.js";
import type { Tensor } from "../tensors.js";
import type { VersionFiles } from "./source.js";

/** TensorFlow Serving's words for how far a version is. */
export type VersionState = "START" | "LOADING" | "AVAILABLE" | "UNLOADING" | "END";

export interface VersionSettings extends BatchSettings {
  threads: number;
  maxPixels: number;
  pixels?: PixelRange | undefined;
  log: (line: string) => void;
}

/** A process that ended is started again after so long, then twice as long each time it ends at once, in milliseconds. */
const [firstPause, longestPause] = [100, 30_000];
/** Who has run so long had not ended at once. */
const longRun = 10_000;

/** One version of a model, with the process that runs it. */
export class ModelVersion {
  state: VersionState = "START";
  /** Why it is not available. */
  problem: string | undefined;
  info: ModelInfo | undefined;
  restarts = 0;
  #engine: Engine | undefined;
  #batcher: Batcher | undefined;
  #pause = firstPause;
  #restart: NodeJS.Timeout | undefined;
  #inWork = 0;

  constructor(
    /** `name version 1`, for messages. */
    readonly title: string,
    readonly files: VersionFiles,
    private readonly settings: VersionSettings,
    private readonly listener: BatchListener,
  ) {}

  get version(): string {
    return this.files.version;
  }

  get isReady(): boolean {
    return this.state === "AVAILABLE" && this.#batcher !== undefined;
  }

  get queued(): number {
    return this.#batcher?.length ?? 0;
  }

  get pid(): number | undefined {
    return this.#engine?.pid;
  }

  /** @throws Error that says what is wrong with the files */
  async load(): Promise<void> {
    this.state = "LOADING";
    try {
      await this.#open();
      this.state = "AVAILABLE";
    } catch (error) {
      this.state = "END";
      this.problem = (error as Error).message;
      throw error;
    }
  }

  async #open(): Promise<void> {
    const { threads, maxPixels: mostPixels, pixels } = this.settings;
    const engine = new Engine({ path: this.files.path, threads, mostPixels, pixels });
    this.#engine = engine;
    try {
      this.info = await engine.load();
    } catch (error) {
      await engine.close();
      throw error;
    }
    const started = performance.now();
    this.#batcher = new Batcher(engine, this.info.signatures, this.settings, this.listener);
    void this.#watch(engine, started);
  }

  async #watch(engine: Engine, started: number): Promise<void> {
    const reason = await engine.ended;
    this.#batcher?.close();
    this.#batcher = undefined;
    if (this.state !== "AVAILABLE") return;
    if (performance.now() - started > longRun) this.#pause = firstPause;
    this.#startAgain(reason);
  }

  #startAgain(reason: string): void {
    this.problem = reason;
    this.restarts++;
    this.settings.log(`${this.title}: ${reason}\nIt is started again in ${this.#pause} ms.`);
    this.#restart = setTimeout(() => void this.#reopen(), this.#pause);
    this.#pause = Math.min(this.#pause * 2, longestPause);
  }

  async #reopen(): Promise<void> {
    try {
      await this.#open();
      this.problem = undefined;
      this.settings.log(`${this.title}: runs again.`);
    } catch (error) {
      if (this.state === "AVAILABLE") this.#startAgain((error as Error).message);
    }
  }

  async run(work: Work, cancellation?: Cancellation): Promise<Record<string, Tensor>> {
    if (!this.#batcher)
      throw new ServingError(
        "UNAVAILABLE",
        `${this.title} is being started again: ${this.problem ?? ""}`.trim(),
        1,
      );
    this.#inWork++;
    try {
      return await this.#batcher.run(work, cancellation);
    } finally {
      this.#inWork--;
    }
  }

  /** Ends the process after what is in work, at the latest after `timeout` milliseconds. */
  async unload(timeout: number): Promise<void> {
    this.state = "UNLOADING";
    clearTimeout(this.#restart);
    const deadline = performance.now() + timeout;
    while (this.#inWork > 0 && performance.now() < deadline)
      // oxlint-disable-next-line no-await-in-loop -- it waits
      await new Promise((resolve) => setTimeout(resolve, 10));
    this.#batcher?.close();
    await this.#engine?.close();
    this.state = "END";
  }
}

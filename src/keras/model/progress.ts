import type { Logs } from "@tensorflow/tfjs-node";
import { openProgress, type ShowProgress } from "../../host/progress-sink.js";
import { barLines, epochLine, type EpochProgress } from "./progress-text.js";

/** Drawing costs time in the front end too: at most ten texts, and about a megabyte, a second. Longer texts are cut there. */
const intervalMs = (text: string) => Math.max(100, Math.min(text.length / 1000, 200));

/** Shows Keras's progress bar (`verbose` 1) or a line per epoch (2); nothing at 0. */
export class FitProgress {
  readonly #show: ShowProgress;
  #finishedEpochs = "";
  #lastDrawn = 0;
  #intervalMs = 0;
  #epoch = 0;
  #epochStart = 0;
  #stepsDone = 0;
  #steps: number | undefined;

  /** @param steps of an epoch, if known */
  constructor(
    private readonly verbose: number,
    private readonly epochs: number,
    steps: number | undefined,
  ) {
    this.#show = verbose > 0 ? openProgress() : () => {};
    this.#steps = steps;
  }

  beginEpoch(epoch: number): void {
    this.#epoch = epoch + 1;
    this.#stepsDone = 0;
    this.#epochStart = performance.now();
  }

  /** @param averages the losses and metrics of the epoch so far */
  endBatch(batch: number, averages: () => Logs): void {
    this.#stepsDone = batch + 1;
    if (this.verbose !== 1 || performance.now() - this.#lastDrawn < this.#intervalMs) return;
    this.#draw(this.#finishedEpochs + barLines(this.#progress(averages(), false)));
  }

  endEpoch(logs: Logs): void {
    if (this.verbose <= 0) return;
    const progress = this.#progress({ ...logs }, true);
    this.#finishedEpochs += this.verbose === 2 ? epochLine(progress) : barLines(progress);
    const text = this.#finishedEpochs;
    this.#finishedEpochs += "\n";
    this.#steps ??= this.#stepsDone;
    if (performance.now() - this.#lastDrawn >= this.#intervalMs) this.#draw(text);
  }

  end(): void {
    this.#show(this.#finishedEpochs.trimEnd(), true);
  }

  #draw(text: string): void {
    this.#show(text, false);
    this.#lastDrawn = performance.now();
    this.#intervalMs = intervalMs(text);
  }

  #progress(metrics: Logs, finished: boolean): EpochProgress {
    return {
      epoch: this.#epoch,
      epochs: this.epochs,
      stepsDone: this.#stepsDone,
      steps: this.#steps,
      elapsedMs: performance.now() - this.#epochStart,
      finished,
      metrics,
    };
  }
}

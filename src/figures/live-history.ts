import { display, type DisplayHandle } from "../host/display.js";
import { markup } from "../host/markup.js";
import { SelfShowing } from "../host/self-showing.js";
import { tf } from "../keras/load.js";
import { historyFigure, type PlotHistoryOptions } from "./plot-history.js";
import { figure } from "./plotly/figure.js";

/** Redraws are at least this far apart. */
const minIntervalMs = 500;
/** Drawing takes at most this share of the training's time. */
const maxShare = 0.1;

/**
 * A callback for `model.fit` that draws the history while the model trains, in one output of the cell: after an epoch,
 * but at most twice a second and never for more than a tenth of the time, and once more at the end, also when the training
 * is interrupted. Its axes begin at 0 and hold all epochs, so that they stand still.
 *
 * @example
 * await model.fit(x, y, { epochs: 20, validationSplit: 0.1, callbacks: new LiveHistory() });
 */
export class LiveHistory extends tf.Callback {
  /** The values so far, by metric: what `plotHistory` takes. */
  readonly history: Record<string, number[]> = {};
  readonly #options: PlotHistoryOptions;
  #handle: DisplayHandle | undefined;
  #nextDrawing = 0;
  #isDrawn = true;

  constructor(options: PlotHistoryOptions = {}) {
    super();
    this.#options = options;
  }

  override async onTrainBegin(): Promise<void> {
    for (const name of Object.keys(this.history)) delete this.history[name];
    this.#nextDrawing = 0;
    // Above what the training prints, which would push it down with each epoch.
    this.#handle = await display(this.#placeholder());
  }

  override async onEpochEnd(_epoch: number, logs: object = {}): Promise<void> {
    for (const [name, value] of Object.entries(logs as Record<string, number>))
      (this.history[name] ??= []).push(value);
    this.#isDrawn = false;
    if (performance.now() >= this.#nextDrawing) await this.#draw();
  }

  override async onTrainEnd(): Promise<void> {
    if (!this.#isDrawn) await this.#draw();
  }

  async #draw(): Promise<void> {
    const start = performance.now();
    const { epochs } = this.params as { epochs?: number };
    const ranges = { epochs, values: (metric: string) => this.#range(metric) };
    const value = figure(historyFigure(this.history, { ...this.#options, ranges }));
    if (this.#handle) await this.#handle.update(value);
    else this.#handle = await display(value);
    this.#isDrawn = true;
    const end = performance.now();
    this.#nextDrawing = end + Math.max(minIntervalMs, (end - start) / maxShare);
  }

  /** As high as the plots will be. */
  #placeholder(): SelfShowing {
    const { metrics = ["loss"] } = this.params as { metrics?: string[] };
    const names = [...metrics, ...(this.#options.metrics ?? [])];
    const empty = Object.fromEntries(names.map((name) => [name, [0]]));
    const { layout } = historyFigure(empty, this.#options);
    const height = Number(layout?.height);
    const text = "The first epoch has not ended yet.";
    return new SelfShowing(() => ({
      "text/html": String(markup`<div style="height: ${height}px">${text}</div>`),
      "text/plain": text,
    }));
  }

  /** From 0 to a round number above all values, which grows seldom. */
  #range(metric: string): [number, number] {
    let [least, greatest] = [0, 0];
    for (const value of [metric, `val_${metric}`].flatMap((name) => this.history[name] ?? [])) {
      if (!Number.isFinite(value)) continue;
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
    return [0 - roundAbove(-least), roundAbove(greatest) || (least < 0 ? 0 : 1)];
  }
}

function roundAbove(value: number): number {
  if (value === 0) return 0;
  const unit = 10 ** Math.floor(Math.log10(value));
  return unit * [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((step) => step * unit >= value)!;
}

import { display, type DisplayHandle } from "../host/display.js";
import { historyFigure, type PlotHistoryOptions } from "./plot-history.js";
import { figure } from "./plotly/figure.js";

/** Redraws are at least this far apart. */
const minIntervalMs = 500;
/** Drawing takes at most this share of the training's time. */
const maxShare = 0.1;

/**
 * A callback for `model.fit` that draws the history while the model trains, in one output of the cell: after an epoch,
 * but at most twice a second and never for more than a tenth of the time, and once more at the end.
 *
 * @example
 * await model.fit(x, y, { epochs: 20, validationSplit: 0.1, callbacks: new LiveHistory() });
 */
export class LiveHistory {
  /** The values so far, by metric: what `plotHistory` takes. */
  readonly history: Record<string, number[]> = {};
  #handle: DisplayHandle | undefined;
  #nextDrawing = 0;
  #isDrawn = true;

  constructor(private readonly options: PlotHistoryOptions = {}) {}

  // Properties, not methods: TensorFlow.js takes the functions off the object.
  readonly onTrainBegin = (): void => {
    for (const name of Object.keys(this.history)) delete this.history[name];
    this.#handle = undefined;
    this.#nextDrawing = 0;
  };

  readonly onEpochEnd = async (_epoch: number, logs: Record<string, number> = {}): Promise<void> => {
    for (const [name, value] of Object.entries(logs)) (this.history[name] ??= []).push(value);
    this.#isDrawn = false;
    if (performance.now() >= this.#nextDrawing) await this.#draw();
  };

  readonly onTrainEnd = async (): Promise<void> => {
    if (!this.#isDrawn) await this.#draw();
  };

  async #draw(): Promise<void> {
    const start = performance.now();
    const value = figure(historyFigure(this.history, this.options));
    if (this.#handle) await this.#handle.update(value);
    else this.#handle = await display(value);
    this.#isDrawn = true;
    const end = performance.now();
    this.#nextDrawing = end + Math.max(minIntervalMs, (end - start) / maxShare);
  }
}

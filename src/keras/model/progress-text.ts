/** Where one epoch of training stands. */
export interface EpochProgress {
  /** Number of the epoch, from 1. */
  epoch: number;
  epochs: number;
  stepsDone: number;
  /** Steps of an epoch; `undefined` while a data set of unknown length is read for the first time. */
  steps: number | undefined;
  elapsedMs: number;
  finished: boolean;
  metrics: Record<string, number>;
}

const barWidth = 20;

/** The two lines that Keras shows at `verbose: 1`: `Epoch 3/20`, and the bar with the time and the metrics. */
export function barLines(progress: EpochProgress): string {
  const { epoch, epochs, stepsDone, steps, elapsedMs, finished, metrics } = progress;
  const stepMs = elapsedMs / Math.max(stepsDone, 1);
  const remaining = finished || steps === undefined ? elapsedMs : stepMs * (steps - stepsDone);
  const done = steps === undefined ? barWidth : Math.floor((barWidth * stepsDone) / steps);
  const bar = "━".repeat(done) + "─".repeat(barWidth - done);
  const count = `${String(stepsDone).padStart(String(steps ?? "").length)}/${steps ?? "?"}`;
  return `Epoch ${epoch}/${epochs}\n${count} ${bar} ${clock(remaining)} ${perStep(stepMs)}${list(metrics)}`;
}

/** The line of one epoch at `verbose: 2`. */
export function epochLine({ epoch, epochs, stepsDone, elapsedMs, metrics }: EpochProgress): string {
  const steps = `${stepsDone}/${stepsDone}`;
  return `Epoch ${epoch}/${epochs}: ${steps} - ${clock(elapsedMs)} - ${perStep(elapsedMs / Math.max(stepsDone, 1))}${list(metrics)}`;
}

/** The line of an evaluation at `verbose: 1`. */
export function evaluationLine(steps: number, elapsedMs: number, metrics: Record<string, number>): string {
  const bar = "━".repeat(barWidth);
  return `${steps}/${steps} ${bar} ${clock(elapsedMs)} ${perStep(elapsedMs / Math.max(steps, 1))}${list(metrics)}`;
}

/** `42s`, `3:05`, `1:02:07`. */
function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

function perStep(ms: number): string {
  if (ms >= 1000) return `${Math.round(ms / 1000)}s/step`;
  return ms >= 1 ? `${Math.round(ms)}ms/step` : `${Math.round(ms * 1000)}us/step`;
}

/** ` - accuracy: 0.9812 - loss: 5.1230e-04`, in alphabetical order as in Keras. */
function list(metrics: Record<string, number>): string {
  return Object.keys(metrics)
    .toSorted()
    .map((name) => ` - ${name}: ${number(metrics[name]!)}`)
    .join("");
}

function number(value: number): string {
  if (Math.abs(value) > 1e-3 || value === 0 || !Number.isFinite(value)) return value.toFixed(4);
  return value.toExponential(4).replace(/e([+-])(\d)$/, "e$10$2");
}

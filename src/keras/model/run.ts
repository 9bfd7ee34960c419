/** What a `fit` was asked for that TensorFlow.js does not hand to its loops. */
export interface FitRun {
  /** How many batches make an epoch. */
  steps?: number | undefined;
  /** Set by a callback when training begins: the epoch to begin with, instead of the one that `fit` was given. */
  initialEpoch?: number;
  /** The values after an epoch (from 0) on the validation data, by the metric's name; undefined if it has none. */
  validate?: (epoch: number) => Promise<Record<string, number> | undefined>;
}

const runs = new WeakMap<object, FitRun>();

/** What the `fit` of a model that runs now was asked for. */
export function runOf(model: object): FitRun {
  return runs.get(model) ?? {};
}

/** Runs `body`, a `fit` of `model`. */
export async function during<T>(model: object, run: FitRun, body: () => Promise<T>): Promise<T> {
  const before = runs.get(model);
  runs.set(model, run);
  try {
    return await body();
  } finally {
    if (before) runs.set(model, before);
    else runs.delete(model);
  }
}

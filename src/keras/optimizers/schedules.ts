import { scheduleOf } from "./schedule.js";
export type { Schedule } from "./schedule.js";

/** What `exponentialDecay` and `inverseTimeDecay` take; `staircase` is off by default. */
export interface DecayOptions {
  initialLearningRate: number;
  decaySteps: number;
  decayRate: number;
  staircase?: boolean;
}

function periods(step: number, { decaySteps, staircase = false }: DecayOptions): number {
  return staircase ? Math.floor(step / decaySteps) : step / decaySteps;
}

/**
 * `initialLearningRate * decayRate ** (step / decaySteps)`; with `staircase`, by whole multiples of `decaySteps`.
 * https://keras.io/api/optimizers/learning_rate_schedules/exponential_decay/
 */
export const exponentialDecay = scheduleOf("ExponentialDecay", (options: DecayOptions) => {
  const { initialLearningRate, decayRate } = options;
  return (step) => initialLearningRate * decayRate ** periods(step, options);
});

/**
 * `initialLearningRate / (1 + decayRate * step / decaySteps)`; with `staircase`, by whole multiples of `decaySteps`.
 * https://keras.io/api/optimizers/learning_rate_schedules/inverse_time_decay/
 */
export const inverseTimeDecay = scheduleOf("InverseTimeDecay", (options: DecayOptions) => {
  const { initialLearningRate, decayRate } = options;
  return (step) => initialLearningRate / (1 + decayRate * periods(step, options));
});

/**
 * `values[0]` up to and including step `boundaries[0]`, then `values[1]`, and so on.
 * https://keras.io/api/optimizers/learning_rate_schedules/piecewise_constant_decay/
 * @throws Error unless there is one value more than boundaries
 */
export const piecewiseConstantDecay = scheduleOf(
  "PiecewiseConstantDecay",
  (options: { boundaries: number[]; values: number[] }) => {
    const { boundaries, values } = options;
    if (values.length !== boundaries.length + 1) {
      throw new Error(
        `piecewiseConstantDecay: expected one value more than boundaries, got ${boundaries.length} boundaries and ` +
          `${values.length} values.`,
      );
    }
    return (step) => {
      const next = boundaries.findIndex((boundary) => step <= boundary);
      return values[next < 0 ? boundaries.length : next]!;
    };
  },
);

/**
 * From `initialLearningRate` to `endLearningRate` (0.0001) along a polynomial of degree `power` (1), in `decaySteps`; with
 * `cycle` in the next multiple of `decaySteps` that is not passed yet.
 * https://keras.io/api/optimizers/learning_rate_schedules/polynomial_decay/
 */
export const polynomialDecay = scheduleOf(
  "PolynomialDecay",
  (options: {
    initialLearningRate: number;
    decaySteps: number;
    endLearningRate?: number;
    power?: number;
    cycle?: boolean;
  }) => {
    const { initialLearningRate, decaySteps, endLearningRate = 0.0001, power = 1, cycle = false } = options;
    return (step) => {
      const steps = cycle ? decaySteps * Math.max(1, Math.ceil(step / decaySteps)) : decaySteps;
      const left = 1 - Math.min(step, steps) / steps;
      return (initialLearningRate - endLearningRate) * left ** power + endLearningRate;
    };
  },
);

/**
 * Half a cosine from `initialLearningRate` down to `alpha` (0) times the highest rate in `decaySteps`; with `warmupTarget`,
 * after a straight rise to that rate in `warmupSteps`. https://keras.io/api/optimizers/learning_rate_schedules/cosine_decay/
 */
export const cosineDecay = scheduleOf(
  "CosineDecay",
  (options: {
    initialLearningRate: number;
    decaySteps: number;
    alpha?: number;
    warmupTarget?: number;
    warmupSteps?: number;
  }) => {
    const { initialLearningRate, decaySteps, alpha = 0, warmupTarget, warmupSteps = 0 } = options;
    const cosine = (step: number, highest: number) => {
      const half = 0.5 * (1 + Math.cos((Math.PI * Math.min(step, decaySteps)) / decaySteps));
      return highest * ((1 - alpha) * half + alpha);
    };
    return (step) => {
      if (warmupTarget === undefined) return cosine(step, initialLearningRate);
      if (step > warmupSteps) return cosine(step - warmupSteps, warmupTarget);
      return initialLearningRate + (warmupTarget - initialLearningRate) * (step / warmupSteps);
    };
  },
);

/**
 * Cosine decay that starts again after `firstDecaySteps`, each time `tMul` (2) times as long and from `mMul` (1) times as
 * high. https://keras.io/api/optimizers/learning_rate_schedules/cosine_decay_restarts/
 */
export const cosineDecayRestarts = scheduleOf(
  "CosineDecayRestarts",
  (options: {
    initialLearningRate: number;
    firstDecaySteps: number;
    tMul?: number;
    mMul?: number;
    alpha?: number;
  }) => {
    const { initialLearningRate, firstDecaySteps, tMul = 2, mMul = 1, alpha = 0 } = options;
    return (step) => {
      let [start, length, height] = [0, firstDecaySteps, 1];
      while (step >= start + length) {
        start += length;
        length *= tMul;
        height *= mMul;
      }
      const half = 0.5 * height * (1 + Math.cos((Math.PI * (step - start)) / length));
      return initialLearningRate * ((1 - alpha) * half + alpha);
    };
  },
);

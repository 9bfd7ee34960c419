import type { Optimizer, Scalar, Tensor, Variable } from "@tensorflow/tfjs-node";

/** Who puts something of its own in the place of what an optimizer does, such as a recorder. */
export interface StepListener {
  /** A tensor of a number that each step takes anew. */
  number(value: () => number): Scalar;
  /** Makes a change of a weight, by `change.make()` or otherwise. */
  change(change: WeightChange): void;
  /**
   * Told when an optimizer's step is over.
   *
   * @param settings the numbers and switches that each step takes for constant
   */
  stepped(optimizer: Optimizer, settings: Settings): void;
}

/** Numbers and switches of an object, by name. */
export type Settings = [name: string, value: number | boolean][];

/** What a weight and its slots are before a change, and the gradient to change them by. */
export interface ChangeInput {
  gradient: Tensor;
  weight: Tensor;
  slots: Tensor[];
}

/** How an optimizer is about to change a weight and its slots. */
export interface WeightChange {
  optimizer: Optimizer;
  weight: Variable;
  gradient: Tensor;
  slots: Variable[];
  /** Assigns the new values. */
  make(): void;
  /** New values of the weight and of its slots, made of other tensors. */
  compute(given: ChangeInput): Tensor[];
}

let listener: StepListener | undefined;

/** Who listens to optimizers now. */
export const stepListener = (): StepListener | undefined => listener;

/** Runs `step` with `heard` told of what optimizers do in it. */
export function withStepListener<T>(heard: StepListener, step: () => T): T {
  const before = listener;
  listener = heard;
  try {
    return step();
  } finally {
    listener = before;
  }
}

/** For after an interrupt, which has ended a step without its `finally`. */
export function forgetStepListener(): void {
  listener = undefined;
}

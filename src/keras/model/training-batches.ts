/** Where the batches of an epoch come from, and what trains on them. */
export interface TrainingBatches {
  /** Begins an epoch. */
  begin(): Promise<void> | void;
  /**
   * The next batches of the epoch; undefined at its end.
   *
   * @param singly whether somebody wants to hear of each batch
   */
  next(singly: boolean): Promise<ComingBatches | undefined> | ComingBatches | undefined;
}

/** Batches of one size that come next. */
export interface ComingBatches {
  /** The samples of each. */
  size: number;
  /** Trains on one of them, or more. Returns losses and metrics of each. */
  run(): number[][];
}

/** What Keras says, too, when the data end before the steps. */
export function warnOfEnd(batches: number, steps: number): void {
  console.warn(
    `The data ended after ${batches} of ${steps} steps. Ask for fewer steps, or take a smaller batchSize.`,
  );
}

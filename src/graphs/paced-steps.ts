import type { Tensor } from "@tensorflow/tfjs-node";
import type { Steps } from "./program.js";
import { userCodeRan } from "./user-turns.js";

/**
 * Runs a step on batches that follow one another, on fewer than asked for if it must, but at least one. Returns the losses
 * and metrics of each.
 */
export type RunSteps = (steps: Steps, batchSize: number) => number[][];

/** So long may steps run on their own: short enough for progress, interrupts and other cells' timers. */
const longestRunMs = 40;

/** Runs as many steps at a time as fit into 40 ms. */
export class PacedSteps {
  #atOnce = 1;

  /** @param singly whether somebody wants to hear of each step */
  constructor(
    private readonly runSteps: RunSteps,
    private readonly singly = false,
  ) {
    userCodeRan();
  }

  /**
   * @param rows the row numbers of all batches
   * @param first where in `rows` the first batch begins
   * @param most how many batches of `size` may be run
   * @returns the losses and metrics of each that was
   */
  run(rows: Tensor, first: number, size: number, most: number): number[][] {
    if (this.singly) userCodeRan();
    const started = performance.now();
    const results = this.runSteps({ rows, first, count: Math.min(this.#atOnce, most) }, size);
    if (!this.singly) {
      const stepMs = (performance.now() - started) / results.length;
      this.#atOnce = Math.max(1, Math.floor(longestRunMs / stepMs));
    }
    return results;
  }
}

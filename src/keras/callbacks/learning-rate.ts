import { openOptimizer } from "../../tfjs/internals.js";
import type { LayersModel } from "@tensorflow/tfjs-node";

/** The learning rate of a model's optimizer. */
export function learningRateOf({ optimizer }: LayersModel): number {
  const { learningRate } = openOptimizer<{ learningRate: unknown }>(optimizer);
  if (typeof learningRate === "number") return learningRate;
  throw new Error(
    `The optimizer ${optimizer.getClassName()} has no learningRate that a callback could change.`,
  );
}

/**
 * Sets the learning rate of a model's optimizer from the next step on.
 * @throws Error if the rate follows a schedule
 */
export function setLearningRate(model: LayersModel, learningRate: number): void {
  learningRateOf(model);
  Object.assign(model.optimizer, { learningRate });
}

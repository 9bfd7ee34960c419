import type { Tensors } from "../../tfjs/internals.js";
import { samplesOf } from "./data.js";

/** @throws RangeError unless it is a whole number of samples */
export function checkBatchSize(batchSize: number): void {
  if (Number.isInteger(batchSize) && batchSize > 0) return;
  throw new RangeError(`batchSize is required to be a positive integer, but got ${batchSize}`);
}

/** How large the batches are of which `steps` make all of the data. */
export function sizeOfSteps(x: Tensors, steps: number | undefined): number | undefined {
  return steps && Math.ceil((samplesOf(x) ?? 0) / steps);
}

/** @throws TypeError if one of these arguments is given, which data sets bring themselves */
export function refuseWithDataset(method: string, args: object, names: string[]): void {
  const given = names.filter((name) => (args as Record<string, unknown>)[name] != null);
  if (given.length === 0) return;
  throw new TypeError(
    `${method}: ${given.join(" and ")} cannot be given together with a data set, which brings its own batches and weights. ` +
      "Leave it out; use batch(), take(), skip() and map() of the data set.",
  );
}

import type { Scalar } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { isDataset, listed, type BatchDataset, type OpenModel, type Weighted } from "./open-model.js";
import type { FitRun } from "./run.js";

/** How `fit` validates. */
export interface Validation {
  data: Weighted | BatchDataset;
  batchSize?: number | undefined;
  steps?: number | undefined;
  /** After every so many epochs, or after these (from 1); after each if left out. */
  freq?: number | number[] | undefined;
}

/**
 * The validation of a `fit`, whose data are checked beforehand.
 * @throws Error if the data do not fit the model
 */
export function validationOf(model: OpenModel, given: Validation): NonNullable<FitRun["validate"]> {
  const { data, batchSize, steps, freq = 1 } = given;
  if (!isDataset(data)) checkData(model, data);
  if (!Array.isArray(freq) && !(Number.isInteger(freq) && freq > 0)) {
    throw new RangeError(
      `fit: validationFreq is ${String(freq)}. Expected a number of epochs, or a list of epochs, counted from 1.`,
    );
  }
  return async (epoch) => {
    const isDue = Array.isArray(freq) ? freq.includes(epoch + 1) : (epoch + 1) % freq === 0;
    if (!isDue) return undefined;
    const scalars: Scalar[] = isDataset(data)
      ? [await model.evaluateDataset(data, { batches: steps, verbose: 0 })].flat()
      : [model.evaluate(data[0], data[1], { sampleWeight: data[2], batchSize, steps, verbose: 0 })].flat();
    const values = scalars.map((scalar) => scalar.dataSync()[0]!);
    tf.dispose(scalars);
    return Object.fromEntries(model.getDedupedMetricsNames().map((name, i) => [name, values[i]!]));
  };
}

/** Before the first epoch, so that nobody waits an hour to hear of it. */
function checkData(model: OpenModel, data: Weighted): void {
  if (!Array.isArray(data) || data.length < 2 || data.length > 3) {
    throw new TypeError(
      "fit: expected validationData to be [x, y], [x, y, sampleWeight] or a data set of batches. " +
        "Put the inputs and the targets into one array.",
    );
  }
  const [x, y] = data;
  const given = new Set([x, y].flatMap(listed));
  const standard = model.standardizeUserDataXY(x, y).flat();
  tf.dispose(standard.filter((tensor) => !given.has(tensor)));
}

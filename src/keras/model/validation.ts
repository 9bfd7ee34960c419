import type { Tensor } from "@tensorflow/tfjs-node";
import { isDataset, stepData, type BatchDataset, type TrainedModel, type Weighted } from "./data.js";
import { evaluateBatches, evaluateRows } from "./evaluate.js";

/** How `fit` validates. */
export interface Validation {
  data: Weighted | BatchDataset;
  batchSize?: number | undefined;
  steps?: number | undefined;
  /** After every so many epochs, or after these (from 1); after each if left out. */
  freq?: number | number[] | undefined;
}

/** The losses and metrics after an epoch (from 0) on the validation data; undefined if it has none. */
export type Validate = (epoch: number) => Promise<number[] | undefined>;

/**
 * The validation of a `fit`, whose data are checked beforehand.
 *
 * @param made gets the tensors that it needs until the end
 * @throws Error if the data do not fit the model
 */
export function validationOf(model: TrainedModel, given: Validation, made: Tensor[]): Validate {
  const { data, batchSize, steps, freq = 1 } = given;
  const evaluate = isDataset(data)
    ? () => evaluateBatches(model, data, steps)
    : onArrays(model, data, { batchSize, steps }, made);
  if (!Array.isArray(freq) && !(Number.isInteger(freq) && freq > 0)) {
    throw new RangeError(
      `fit: validationFreq is ${String(freq)}. Expected a number of epochs, or a list of epochs, counted from 1.`,
    );
  }
  return async (epoch) => {
    const isDue = Array.isArray(freq) ? freq.includes(epoch + 1) : (epoch + 1) % freq === 0;
    return isDue ? (await evaluate()).values : undefined;
  };
}

function onArrays(
  model: TrainedModel,
  given: Weighted,
  sizes: Pick<Validation, "batchSize" | "steps">,
  made: Tensor[],
): () => { values: number[] } {
  if (!Array.isArray(given) || given.length < 2 || given.length > 3) {
    throw new TypeError(
      "fit: expected validationData to be [x, y], [x, y, sampleWeight] or a data set of batches. " +
        "Put the inputs and the targets into one array.",
    );
  }
  const [x, y, sampleWeight] = given;
  const data = stepData(model, x, y, { sampleWeight });
  made.push(...data.made);
  return () => evaluateRows(model, data.tensors, sizes);
}

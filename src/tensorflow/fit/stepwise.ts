import type { History, Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../native.js";
import { Batches, type BatchesOptions } from "./batches.js";
import type { FitArguments, OpenModel, Tensors, Weighted } from "./open-model.js";

interface Standardizing {
  standardizeUserData(
    x: Tensors,
    y: Tensors,
    sampleWeight: Tensors | undefined,
    classWeight: FitArguments["classWeight"],
  ): Promise<[Tensor[], Tensor[], Tensor[] | null]>;
}

/** `fit` where TensorFlow.js's loop over tensors does not do: `fitDataset` over the batches. */
export async function fitInBatches(
  model: OpenModel,
  x: Tensors,
  y: Tensors,
  args: FitArguments,
): Promise<History> {
  const { stepsPerEpoch, shuffle = true, sampleWeight, classWeight, epochs = 1, initialEpoch } = args;
  const { batchSize, validationBatchSize = batchSize, validationSteps, validationData } = args;
  const { callbacks, verbose, yieldEvery } = args;
  const made: Tensor[] = [];
  const batches = async (
    [inputs, targets, given]: Weighted,
    size: number | undefined,
    options: BatchesOptions,
    byClass?: FitArguments["classWeight"],
  ): Promise<Batches> => {
    const standard = await (model as unknown as Standardizing).standardizeUserData(
      inputs,
      targets,
      given,
      byClass,
    );
    const [xs, ys, weights] = standard;
    made.push(...xs, ...ys, ...(weights ?? []));
    const { steps } = options;
    return new Batches(
      { xs, ys, weights: weights ?? [] },
      size ?? (steps ? Math.ceil(xs[0]!.shape[0] / steps) : 32),
      options,
    );
  };
  try {
    const options = { steps: stepsPerEpoch, shuffle };
    const training = await batches([x, y, sampleWeight], batchSize, options, classWeight);
    const validation =
      validationData &&
      (await batches(validationData, validationBatchSize, { steps: validationSteps, anew: true }));
    const given = { epochs, initialEpoch, callbacks, verbose, yieldEvery, validationData: validation };
    type FitDataset = (dataset: Batches, args: typeof given) => Promise<History>;
    return await (model.fitDataset as unknown as FitDataset).call(model, training, given);
  } finally {
    const theirs = new Set([x, y, ...(validationData ?? [])].flatMap(listed));
    tf.dispose(made.filter((tensor) => !theirs.has(tensor)));
  }
}

function listed(tensors: Tensors | undefined): Tensor[] {
  return tensors instanceof tf.Tensor ? [tensors] : Object.values(tensors ?? {});
}

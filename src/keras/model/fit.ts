import type { History, ModelFitDatasetArgs, Tensor } from "@tensorflow/tfjs-node";
import { engine, type Tensors } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { checkNames } from "./argument-names.js";
import { ArrayBatches } from "./array-batches.js";
import { withTensors } from "./arrays.js";
import {
  expectCompiled,
  isDataset,
  mapped,
  samplesOf,
  stepData,
  type BatchDataset,
  type FitArguments,
  type TrainedModel,
  type Weighted,
} from "./data.js";
import { DatasetBatches } from "./dataset-batches.js";
import { checkBatchSize, refuseWithDataset, sizeOfSteps } from "./sizes.js";
import { interruptible } from "./interrupt.js";
import { stateOf } from "./state.js";
import { train } from "./training-loop.js";
import { validationOf, type Validation } from "./validation.js";

/** `fit` of arrays, or of a data set, with all arguments of Keras. https://keras.io/api/models/model_training_apis/ */
export async function fit(
  this: TrainedModel,
  x: Tensors | BatchDataset,
  y?: Tensors | FitArguments,
  args: FitArguments = {},
): Promise<History> {
  if (isDataset(x)) return fitBatches(this, x, (y ?? {}) as FitArguments);
  return withTensors([x, y as Tensors, args], (...given) => fitArrays(this, ...given));
}

/** Trains on data that are all there. */
function fitArrays(model: TrainedModel, x: Tensors, y: Tensors, args: FitArguments): Promise<History> {
  checkNames("fit", args);
  return training(model, (made) => {
    const { trainX, trainY, sampleWeight, validationData } = splitOf(x, y, args, made);
    const steps = args.stepsPerEpoch ?? undefined;
    const batchSize = args.batchSize ?? sizeOfSteps(trainX, steps) ?? 32;
    checkBatchSize(batchSize);
    const { classWeight } = args;
    const data = stepData(model, trainX, trainY, { sampleWeight, classWeight }, batchSize);
    made.push(...data.made);
    const { tensors } = data;
    const validate =
      validationData &&
      validationOf(
        model,
        {
          data: validationData,
          batchSize: args.validationBatchSize ?? args.batchSize,
          steps: args.validationSteps,
          freq: args.validationFreq,
        },
        made,
      );
    const samples = tensors[0]!.shape[0];
    const { programs } = stateOf(model);
    return async () => {
      const order = { shuffle: args.shuffle ?? true, steps };
      const batches = new ArrayBatches(programs.trainRows(tensors), samples, batchSize, order);
      try {
        return await train({ model, batches, validate, args, sizes: { samples, batchSize, steps } });
      } finally {
        batches.dispose();
      }
    };
  });
}

/** Keras's arguments of `fit` with a data set. */
function fitBatches(model: TrainedModel, dataset: BatchDataset, args: FitArguments): Promise<History> {
  checkNames("fit", args);
  refuseWithDataset("fit", args, ["batchSize", "sampleWeight", "validationSplit"]);
  const steps = args.stepsPerEpoch ?? undefined;
  return trainOnDataset(model, args, {
    batches: new DatasetBatches(model, dataset, args.classWeight ?? undefined, steps),
    steps: steps ?? sizeOfDataset(dataset),
    validationBatches: args.validationSteps,
  });
}

/** `fitDataset` of TensorFlow.js. */
export async function fitDataset(
  this: TrainedModel,
  dataset: BatchDataset,
  args: FitArguments & Pick<ModelFitDatasetArgs<never>, "batchesPerEpoch" | "validationBatches">,
): Promise<History> {
  checkDatasetArguments(args);
  const { batchesPerEpoch, validationBatches, classWeight } = args;
  const steps = batchesPerEpoch ?? undefined;
  return trainOnDataset(this, args, {
    batches: new DatasetBatches(
      this,
      dataset,
      classWeight ?? undefined,
      steps,
      steps && steps * args.epochs!,
    ),
    steps: steps ?? sizeOfDataset(dataset),
    validationBatches,
  });
}

async function trainOnDataset(
  model: TrainedModel,
  args: FitArguments,
  given: { batches: DatasetBatches; steps: number | undefined; validationBatches: number | undefined },
): Promise<History> {
  const { validationFreq: freq, validationBatchSize: batchSize } = args;
  return withTensors([args.validationData], (data) =>
    training(model, (made) => {
      expectCompiled(model);
      const validation: Validation | undefined = data && {
        data,
        steps: given.validationBatches,
        batchSize,
        freq,
      };
      const validate = validation && validationOf(model, validation, made);
      const sizes = { samples: undefined, batchSize: undefined, steps: given.steps };
      const { batches } = given;
      return async () => {
        try {
          return await train({ model, batches, validate, args, sizes });
        } finally {
          await batches.end();
        }
      };
    }),
  );
}

const sizeOfDataset = ({ size }: BatchDataset): number | undefined =>
  Number.isFinite(size) ? size : undefined;

/**
 * Runs a `fit`, the only one of its model.
 *
 * @param prepare checks all that there is to check, and returns what trains; what it adds to `made` is disposed of in the end
 */
function training(
  model: TrainedModel,
  prepare: (made: Tensor[]) => () => Promise<History>,
): Promise<History> {
  const state = stateOf(model);
  // A fit that was ended by force, in the middle of a long batch, never said that it is over.
  if (model.isTraining && state.signal?.aborted) model.isTraining = false;
  return interruptible(async (signal) => {
    if (model.isTraining) {
      throw new Error("Cannot start training because another fit() call is ongoing.");
    }
    state.signal = signal;
    model.isTraining = true;
    const made: Tensor[] = [];
    try {
      const run = prepare(made);
      if (!state.warnIfFrozen()) model.checkTrainableWeightsConsistency();
      const scope = engine().state.scopeStack.at(-1);
      await Promise.resolve();
      if (scope && !engine().state.scopeStack.includes(scope)) {
        throw new Error(
          "fit was called inside of tf.tidy, which has disposed of its tensors before the training began. " +
            "Call fit outside of tf.tidy.",
        );
      }
      return await run();
    } finally {
      model.isTraining = false;
      state.fit = undefined;
      tf.dispose(made);
    }
  });
}

/**
 * With `validationSplit`: the first samples to train on; the last, with their weights, as `validationData`.
 *
 * @param made gets the parts
 * @throws RangeError if that leaves none for either
 */
function splitOf(
  x: Tensors,
  y: Tensors,
  args: FitArguments,
  made: Tensor[],
): {
  trainX: Tensors;
  trainY: Tensors;
  sampleWeight: Tensors | undefined;
  validationData: FitArguments["validationData"];
} {
  const { validationSplit, validationData, sampleWeight } = args;
  const samples = samplesOf(x);
  if (validationData || !validationSplit || samples === undefined)
    return { trainX: x, trainY: y, sampleWeight, validationData };
  const at = Math.floor(samples * (1 - validationSplit));
  if (!(at > 0 && at < samples)) {
    throw new RangeError(
      `fit: validationSplit ${validationSplit} of ${samples} samples leaves ${Math.max(at, 0)} to train on. ` +
        "Expected a part between 0 and 1 that leaves some for both.",
    );
  }
  const part = (from: number, size: number) => (tensor: Tensor) => {
    const slice = tf.slice(tensor, from, size);
    made.push(slice);
    return slice;
  };
  const [first, last] = [part(0, at), part(at, samples - at)];
  const weights = sampleWeight ?? undefined;
  const validation: Weighted = [mapped(x, last), mapped(y, last), weights && mapped(weights, last)];
  return {
    trainX: mapped(x, first),
    trainY: mapped(y, first),
    sampleWeight: weights && mapped(weights, first),
    validationData: validation,
  };
}

function checkDatasetArguments(args: Parameters<typeof fitDataset>[1]): void {
  const isCount = (value: unknown) => Number.isInteger(value) && (value as number) > 0;
  if (args == null) {
    throw new TypeError(
      "For fitDataset(), the 2nd argument (config) is required, but it is not provided in this call.",
    );
  }
  const { epochs, batchesPerEpoch, validationBatches, validationSplit } = args;
  if (!isCount(epochs)) {
    throw new RangeError(
      `For fitDataset(), config.epochs is expected to be a positive integer, but got ${epochs}`,
    );
  }
  if (batchesPerEpoch != null && !isCount(batchesPerEpoch)) {
    throw new RangeError(
      `For fitDataset(), config.batchesPerEpoch is expected to be a positive integer if specified, but got ${batchesPerEpoch}`,
    );
  }
  if (validationBatches != null && !isCount(validationBatches)) {
    throw new RangeError(
      `fitDataset: for dataset-based validation, validationBatches is not to be provided, or a positive integer, not ${validationBatches}.`,
    );
  }
  if (validationSplit != null) {
    throw new TypeError(
      "`validationSplit` is not supported by `fitDataset()`. Use validationData instead, with skip() and take() of the data set.",
    );
  }
}

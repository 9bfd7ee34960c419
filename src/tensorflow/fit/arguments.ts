import type { Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../native.js";
import { sampleWeightsOf } from "../repairs/sample-weights.js";
import { warnOfEnd, weightsOfBatch } from "./batches.js";
import {
  mapped,
  type EvaluateArguments,
  type FitArguments,
  type OpenModel,
  type Step,
  type Tensors,
  type Weighted,
} from "./open-model.js";
import { fitInBatches } from "./stepwise.js";

/** How the data that a model evaluates next are to be taken. */
const evaluations = new WeakMap<OpenModel, EvaluateArguments>();

/**
 * Arguments of Keras's `fit` and `evaluate` that TensorFlow.js lists and then refuses or forgets: `stepsPerEpoch`,
 * `validationSteps`, `steps`, `shuffle: "batch"`, and the weights of samples in evaluation, in `validationData` and after
 * `validationSplit` (https://github.com/tensorflow/tfjs/issues/25). `validationBatchSize` is new.
 * https://keras.io/api/models/model_training_apis/
 */
export function takeKerasArguments(): void {
  const model = tf.LayersModel.prototype as unknown as OpenModel;
  const { fit, evaluate, testLoop, makeTrainFunction, makeTestFunction } = model;

  model.fit = async function (x, y, args = {}) {
    const split = splitOf(x, y, args);
    const [trainX, trainY, rest] = split ?? [x, y, args];
    const { validationData, validationSteps: steps, validationBatchSize, ...others } = rest;
    try {
      if (rest.stepsPerEpoch != null || rest.shuffle === "batch") {
        return await fitInBatches(this, trainX, trainY, rest);
      }
      const [valX, valY, sampleWeight] = validationData ?? [];
      const pair = validationData && { validationData: [valX!, valY!] as Weighted };
      const evaluation = { sampleWeight, steps, batchSize: validationBatchSize ?? rest.batchSize };
      return await evaluating(this, evaluation, () => fit.call(this, trainX, trainY, { ...others, ...pair }));
    } finally {
      if (split) tf.dispose([trainX, trainY, rest.sampleWeight ?? [], ...validationData!]);
    }
  };

  model.evaluate = function (x, y, args = {}) {
    return evaluating(this, args, () => evaluate.call(this, x, y, args));
  };

  model.testLoop = function (step, data, given, verbose) {
    const { sampleWeight, steps, ...args } = evaluations.get(this) ?? {};
    const batchSize = args.batchSize ?? (steps ? undefined : given);
    return tf.tidy(() => {
      const targets = data.slice(this.inputs.length);
      const all = sampleWeight
        ? [...data, ...sampleWeightsOf(sampleWeight, targets, this.outputNames)]
        : data;
      if (!steps) return testLoop.call(this, step, all, batchSize, verbose);
      const samples = data[0]!.shape[0];
      const size = batchSize ?? Math.ceil(samples / steps);
      const batches = Math.ceil(samples / size);
      if (batches < steps) warnOfEnd(batches, steps);
      const used = Math.min(samples, steps * size);
      return testLoop.call(
        this,
        step,
        all.map((tensor) => tf.slice(tensor, 0, used)),
        size,
        verbose,
      );
    });
  };

  model.makeTrainFunction = function () {
    return withWeights(makeTrainFunction.call(this));
  };
  model.makeTestFunction = function () {
    makeTestFunction.call(this);
    this.testFunction = withWeights(this.testFunction);
  };
}

/** Runs `run`; what `model` evaluates meanwhile is evaluated by `args`. */
function evaluating<T>(model: OpenModel, args: EvaluateArguments, run: () => T): T {
  const before = evaluations.get(model);
  const restore = () => (before ? evaluations.set(model, before) : evaluations.delete(model));
  evaluations.set(model, args);
  let result: T | undefined;
  try {
    result = run();
    return result instanceof Promise ? (result.finally(restore) as T) : result;
  } finally {
    if (!(result instanceof Promise)) restore();
  }
}

/** Gives a step the weights of a batch that `Batches` has made. */
function withWeights(step: Step): Step {
  return (data) => {
    const weights = weightsOfBatch(data[0]!);
    try {
      return step([...data, ...weights]);
    } finally {
      tf.dispose(weights);
    }
  };
}

/** With `validationSplit`: the first samples to train on; the last, with their weights, as `validationData`. */
function splitOf(x: Tensors, y: Tensors, args: FitArguments): [Tensors, Tensors, FitArguments] | undefined {
  const { validationSplit = 0, validationData, sampleWeight, ...others } = args;
  if (validationData || validationSplit <= 0 || validationSplit >= 1) return undefined;
  const at = (tensor: Tensor) => Math.floor(tensor.shape[0] * (1 - validationSplit));
  const first = (tensor: Tensor) => tf.slice(tensor, 0, at(tensor));
  const last = (tensor: Tensor) => tf.slice(tensor, at(tensor));
  const validation: Weighted = [mapped(x, last), mapped(y, last)];
  if (!sampleWeight) return [mapped(x, first), mapped(y, first), { ...others, validationData: validation }];
  validation.push(mapped(sampleWeight, last));
  const weights = mapped(sampleWeight, first);
  return [
    mapped(x, first),
    mapped(y, first),
    { ...others, sampleWeight: weights, validationData: validation },
  ];
}

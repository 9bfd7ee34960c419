import type { Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { sampleWeightsOf } from "./sample-weights.js";
import { checkNames } from "./argument-names.js";
import { warnOfEnd } from "./epoch-rows.js";
import {
  listed,
  mapped,
  type EvaluateArguments,
  type FitArguments,
  type OpenModel,
  type Tensors,
  type Weighted,
} from "./open-model.js";
import { openProgress } from "../../host/progress-sink.js";
import { evaluationLine } from "./progress-text.js";
import { during } from "./run.js";
import { validationOf } from "./validation.js";

/** How the data that a model evaluates next are to be taken. */
const evaluations = new WeakMap<OpenModel, EvaluateArguments>();

/**
 * Arguments of Keras's `fit` and `evaluate` that TensorFlow.js lists and then refuses or forgets: `stepsPerEpoch`,
 * `validationSteps`, `steps`, `shuffle: "batch"`, and the weights of samples in evaluation, in `validationData` and after
 * `validationSplit` (https://github.com/tensorflow/tfjs/issues/25). `validationBatchSize` and `validationFreq` are new.
 * https://keras.io/api/models/model_training_apis/
 */
export function takeKerasArguments(): void {
  const model = tf.LayersModel.prototype as unknown as OpenModel;
  const { fit, evaluate, testLoop, predict } = model;

  model.fit = async function (x, y, args = {}) {
    checkNames("fit", args);
    const split = splitOf(x, y, args);
    const [trainX, trainY, rest] = split ?? [x, y, args];
    const { validationData, validationSteps, validationBatchSize, validationFreq, stepsPerEpoch, ...others } =
      rest;
    const steps = stepsPerEpoch ?? undefined;
    const batchSize = rest.batchSize ?? sizeOfSteps(trainX, steps);
    try {
      const validate =
        validationData &&
        validationOf(this, {
          data: validationData,
          batchSize: validationBatchSize ?? rest.batchSize,
          steps: validationSteps,
          freq: validationFreq,
        });
      const training = { ...others, ...(batchSize && { batchSize }) };
      return await during(this, { steps, validate }, () => fit.call(this, trainX, trainY, training));
    } finally {
      if (split) tf.dispose([trainX, trainY, rest.sampleWeight ?? [], ...(validationData as Tensor[])]);
    }
  };

  model.evaluate = function (x, y, args = {}) {
    checkNames("evaluate", args, { callbacks: withoutCallbacks });
    const before = evaluations.get(this);
    evaluations.set(this, args);
    try {
      return evaluate.call(this, x, y, args);
    } finally {
      if (before) evaluations.set(this, before);
      else evaluations.delete(this);
    }
  };

  model.predict = function (x, args = {}) {
    checkNames("predict", args, { callbacks: withoutCallbacks });
    const { steps, verbose, ...others } = args;
    if (!steps && !verbose) return predict.call(this, x, others);
    const batchSize = args.batchSize ?? sizeOfSteps(x, steps) ?? 32;
    const used = Math.min(samplesOf(x) ?? 0, (steps ?? Infinity) * batchSize);
    const start = performance.now();
    const result = tf.tidy(() => {
      const part = mapped(x, (tensor) => tf.slice(tensor, 0, used));
      return predict.call(this, part, { batchSize });
    });
    if (verbose) {
      openProgress()(evaluationLine(Math.ceil(used / batchSize), performance.now() - start, {}), true);
    }
    return result;
  };

  model.testLoop = function (step, data, given) {
    const { sampleWeight, steps, ...args } = evaluations.get(this) ?? {};
    const batchSize = args.batchSize ?? (steps ? undefined : given);
    return tf.tidy(() => {
      const targets = data.slice(this.inputs.length);
      const all = sampleWeight
        ? [...data, ...sampleWeightsOf(sampleWeight, targets, this.outputNames)]
        : data;
      if (!steps) return testLoop.call(this, step, all, batchSize);
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
      );
    });
  };
}

const withoutCallbacks =
  "Do what they would do before or after it; to go batch by batch, give it parts of the data.";

/** How many samples there are; undefined for what is no tensor, against its type. */
const samplesOf = (x: Tensors): number | undefined => listed(x)[0]?.shape?.[0];

/** How large the batches are of which `steps` make an epoch. */
function sizeOfSteps(x: Tensors, steps: number | undefined): number | undefined {
  return steps && Math.ceil((samplesOf(x) ?? 0) / steps);
}

/**
 * With `validationSplit`: the first samples to train on; the last, with their weights, as `validationData`.
 * @throws RangeError if that leaves none for either
 */
function splitOf(x: Tensors, y: Tensors, args: FitArguments): [Tensors, Tensors, FitArguments] | undefined {
  const { validationSplit, validationData, sampleWeight, ...others } = args;
  if (validationData || !validationSplit) return undefined;
  const samples = samplesOf(x);
  if (samples === undefined) return undefined;
  const at = Math.floor(samples * (1 - validationSplit));
  if (!(at > 0 && at < samples)) {
    throw new RangeError(
      `fit: validationSplit ${validationSplit} of ${samples} samples leaves ${Math.max(at, 0)} to train on. ` +
        "Expected a part between 0 and 1 that leaves some for both.",
    );
  }
  const first = (tensor: Tensor) => tf.slice(tensor, 0, at);
  const last = (tensor: Tensor) => tf.slice(tensor, at);
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

import type { Tensor } from "@tensorflow/tfjs-node";
import { openProgress } from "../../host/progress-sink.js";
import type { Tensors } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { checkNames } from "./argument-names.js";
import { withTensors } from "./arrays.js";
import {
  isDataset,
  mapped,
  samplesOf,
  type BatchDataset,
  type PredictArguments,
  type TrainedModel,
} from "./data.js";
import { batchOf, type Batch } from "./dataset-batches.js";
import { evaluationLine } from "./progress-text.js";
import { advising } from "./shape-advice.js";
import { refuseWithDataset, sizeOfSteps } from "./sizes.js";
import { stateOf } from "./state.js";

export const withoutCallbacks =
  "Do what they would do before or after it; to go batch by batch, give it parts of the data.";

type Predictions = Tensor | Tensor[];
type Predict = (this: TrainedModel, x: Tensors, args?: { batchSize?: number }) => Predictions;

/**
 * `predict` of arrays, or of a data set, with all arguments of Keras.
 *
 * @param checked TensorFlow.js's, which checks the inputs and then calls `predictLoop`
 */
export const predict = (checked: Predict) =>
  function (
    this: TrainedModel,
    x: Tensors | BatchDataset,
    args: PredictArguments = {},
  ): Predictions | Promise<Predictions> {
    if (!isDataset(x)) return withTensors([x], (xs) => predictArrays(this, checked, xs, args));
    checkNames("predict", args, { callbacks: withoutCallbacks });
    refuseWithDataset("predict", args, ["batchSize"]);
    const one = (batch: Tensors) => checked.call(this, batch, { batchSize: samplesOf(batch)! });
    return predictDataset(x, one, args.steps);
  };

function predictArrays(
  model: TrainedModel,
  checked: Predict,
  x: Tensors,
  args: PredictArguments,
): Predictions {
  checkNames("predict", args, { callbacks: withoutCallbacks });
  const { steps, verbose, ...others } = args;
  const run = (inputs: Tensors, sizes: { batchSize?: number }) =>
    advising(model, inputs, [], () => checked.call(model, inputs, sizes));
  if (!steps && !verbose) return run(x, others);
  const batchSize = args.batchSize ?? sizeOfSteps(x, steps) ?? 32;
  const used = Math.min(samplesOf(x) ?? 0, (steps ?? Infinity) * batchSize);
  const start = performance.now();
  const result = tf.tidy(() =>
    run(
      mapped(x, (tensor) => tf.slice(tensor, 0, used)),
      { batchSize },
    ),
  );
  if (verbose)
    openProgress()(evaluationLine(Math.ceil(used / batchSize), performance.now() - start, {}), true);
  return result;
}

/** Predicts batch by batch, by a compiled step. */
export function predictLoop(this: TrainedModel, inputs: Predictions, batchSize = 32): Predictions {
  const { programs } = stateOf(this);
  return tf.tidy(() => {
    const list = [inputs].flat();
    const samples = list[0]!.shape[0];
    const batches: Tensor[][] = [];
    for (let start = 0; start < samples; start += batchSize) {
      const size = Math.min(batchSize, samples - start);
      const batch = size === samples ? list : list.map((input) => tf.slice(input, start, size));
      batches.push(programs.predict(batch));
    }
    return joined(batches);
  });
}

/** Each output of all batches; the only one alone. */
function joined(batches: Tensor[][]): Predictions {
  const outputs = batches[0]!.map((_, i) => tf.concat(batches.map((batch) => batch[i]!)));
  return outputs.length === 1 ? outputs[0]! : outputs;
}

async function predictDataset(
  dataset: BatchDataset,
  predictBatch: (batch: Tensors) => Predictions,
  steps = Infinity,
): Promise<Predictions> {
  const batches: Tensor[][] = [];
  const iterator = await dataset.iterator();
  try {
    while (batches.length < steps) {
      const { value, done } = await iterator.next();
      if (done) break;
      const isBatch = Array.isArray(value) || (value as Partial<Batch>).xs !== undefined;
      const { xs } = isBatch ? batchOf(value) : { xs: value as Tensors };
      batches.push([predictBatch(xs)].flat());
      tf.dispose(value as Tensors);
    }
    if (batches.length === 0) throw new Error("predict: the data set is empty.");
    return joined(batches);
  } finally {
    tf.dispose(batches);
    await iterator.return?.();
  }
}

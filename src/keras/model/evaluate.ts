import { inspect, type InspectOptions } from "node:util";
import type { Scalar, Tensor } from "@tensorflow/tfjs-node";
import { PacedSteps, numbersOf } from "../../graphs/index.js";
import { notebookHost } from "../../host/notebook-host.js";
import { openProgress } from "../../host/progress-sink.js";
import type { Tensors } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { Averages } from "./averages.js";
import { checkNames } from "./argument-names.js";
import { warnOfEnd } from "./training-batches.js";
import { withTensors } from "./arrays.js";
import {
  expectCompiled,
  isDataset,
  stepData,
  type BatchDataset,
  type EvaluateArguments,
  type TrainedModel,
  type Values,
} from "./data.js";
import { onBatch } from "./dataset-batches.js";
import { interruptible, letOthersRunSometimes } from "./interrupt.js";
import { byKerasName } from "./metric-names.js";
import { evaluationLine } from "./progress-text.js";
import { checkBatchSize, refuseWithDataset } from "./sizes.js";
import { stateOf } from "./state.js";
import { withoutCallbacks } from "./predict.js";

/** What was evaluated: losses and metrics, on so many batches. */
interface Evaluation {
  values: number[];
  batches: number;
}

/** `evaluate` of arrays, or of a data set, with all arguments of Keras. */
export function evaluate(
  this: TrainedModel,
  x: Tensors | BatchDataset,
  y?: Tensors | EvaluateArguments,
  args: EvaluateArguments = {},
): Values | Promise<Values> {
  if (isDataset(x)) {
    const given = (y ?? {}) as EvaluateArguments;
    checkNames("evaluate", given, { callbacks: withoutCallbacks });
    refuseWithDataset("evaluate", given, ["batchSize", "sampleWeight"]);
    return evaluateOnDataset(this, x, given.steps, given);
  }
  return withTensors([x, y as Tensors, args], (xs, ys, { sampleWeight, batchSize, steps, ...others }) => {
    checkNames("evaluate", args, { callbacks: withoutCallbacks });
    const start = performance.now();
    if (batchSize != null) checkBatchSize(batchSize);
    const data = stepData(this, xs, ys, { sampleWeight }, batchSize ?? 32);
    try {
      const evaluation = evaluateRows(this, data.tensors, { batchSize, steps });
      return resultOf(this, evaluation, others, start);
    } finally {
      tf.dispose(data.made);
    }
  });
}

/** `evaluateDataset` of TensorFlow.js. */
export async function evaluateDataset(
  this: TrainedModel,
  dataset: BatchDataset,
  args: (EvaluateArguments & { batches?: number }) | undefined,
): Promise<Values> {
  const { batches, ...others } = args ?? {};
  if (batches != null && !(Number.isInteger(batches) && batches > 0)) {
    throw new RangeError(
      `Test loop expects \`batches\` to be a positive integer, but received ${JSON.stringify(batches)}`,
    );
  }
  return evaluateOnDataset(this, dataset, batches, others);
}

function evaluateOnDataset(
  model: TrainedModel,
  dataset: BatchDataset,
  steps: number | undefined,
  args: EvaluateArguments,
): Promise<Values> {
  const start = performance.now();
  return interruptible(async () => {
    const evaluation = await evaluateBatches(model, dataset, steps);
    return resultOf(model, evaluation, args, start);
  });
}

/** Evaluates data that are all there, in the order of a step. */
export function evaluateRows(
  model: TrainedModel,
  data: Tensor[],
  { batchSize, steps }: Pick<EvaluateArguments, "batchSize" | "steps">,
): Evaluation {
  stateOf(model).resetMetrics();
  const samples = data[0]!.shape[0];
  const size = batchSize ?? (steps ? Math.ceil(samples / steps) : 32);
  const all = Math.ceil(samples / size);
  if (steps && all < steps) warnOfEnd(all, steps);
  const used = Math.min(samples, (steps ?? Infinity) * size);
  const paced = new PacedSteps(stateOf(model).programs.testRows(data));
  const averages = new Averages();
  const rows = tf.range(0, samples, 1, "int32");
  try {
    for (let first = 0; first < used;) {
      const here = Math.min(size, used - first);
      const results = paced.run(rows, first, here, Math.floor((used - first) / here));
      for (const values of results) averages.add(values, here);
      first += results.length * here;
    }
  } finally {
    rows.dispose();
  }
  return { values: averages.values, batches: Math.ceil(used / size) };
}

/** Evaluates the batches of a data set, or the first `steps` of them. */
export async function evaluateBatches(
  model: TrainedModel,
  dataset: BatchDataset,
  steps = Infinity,
): Promise<Evaluation> {
  expectCompiled(model);
  stateOf(model).resetMetrics();
  const { programs } = stateOf(model);
  const signal = notebookHost()?.interruptSignal();
  const iterator = await dataset.iterator();
  const averages = new Averages();
  let batches = 0;
  try {
    while (batches < steps) {
      if (signal) await letOthersRunSometimes();
      if (signal?.aborted) break;
      const { value, done } = await iterator.next();
      if (done || value == null) {
        if (steps < Infinity) warnOfShortData(batches, steps);
        break;
      }
      onBatch(model, value, undefined, (data, size) => averages.add(numbersOf(programs.test(data)), size));
      batches++;
    }
  } finally {
    await iterator.return?.();
  }
  if (batches === 0 && !signal?.aborted)
    throw new Error("The data set is empty: there is nothing to evaluate.");
  return { values: averages.values, batches };
}

function warnOfShortData(batches: number, steps: number): void {
  console.warn(
    `Your dataset iterator ran out of data during evaluate, after ${batches} of ${steps} batches. Ask for fewer, or repeat() it.`,
  );
}

/** What `evaluate` gives; at `verbose: 1` it shows the line that Keras ends with, too. */
function resultOf(
  model: TrainedModel,
  { values, batches }: Evaluation,
  { verbose, returnDict }: EvaluateArguments,
  start: number,
): Values {
  const named = byKerasName(model.getDedupedMetricsNames(), values);
  if (verbose) openProgress()(evaluationLine(batches, performance.now() - start, named), true);
  if (returnDict) return named;
  const scalars: Scalar[] = values.map((value) => tf.scalar(value));
  if (scalars.length === 1) return scalars[0]!;
  // As the last line of a cell it shows the values, by name.
  const shown = { value: (_depth: number, options: InspectOptions) => inspect(named, options) };
  return Object.defineProperty(scalars, inspect.custom, shown);
}

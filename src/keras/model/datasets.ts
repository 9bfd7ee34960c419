import type { History, Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { completeClassWeights, sampleWeightsOf, type ClassWeights } from "./sample-weights.js";
import { checkNames } from "./argument-names.js";
import { warnOfEnd } from "./epoch-rows.js";
import {
  isDataset,
  listed,
  type BatchDataset,
  type BatchIterator,
  type FitArguments,
  type OpenModel,
  type PredictArguments,
  type Tensors,
} from "./open-model.js";
import { during, type FitRun } from "./run.js";
import { validationOf, type Validation } from "./validation.js";
import { weighBatch } from "./weights-of-batch.js";

/** What `fitDataset` takes. */
interface FitDatasetArguments {
  validationData?: Validation["data"];
  validationBatches?: number;
  validationBatchSize?: number;
  validationFreq?: number | number[];
  classWeight?: ClassWeights;
  initialEpoch?: number;
}

/** A batch of a data set. */
interface Batch {
  xs: Tensors;
  ys: Tensors;
  sampleWeight?: Tensors;
}

type Predictions = Tensor | Tensor[];
type DatasetModel = Omit<OpenModel, "fit" | "evaluate" | "predict"> & {
  fit(x: Tensors | BatchDataset, y?: Tensors | FitArguments, args?: FitArguments): Promise<History>;
  evaluate(x: Tensors | BatchDataset, y?: object, args?: object): unknown;
  predict(x: Tensors | BatchDataset, args?: PredictArguments): Predictions | Promise<Predictions>;
};

/**
 * Keras hands data sets to `fit`, `evaluate` and `predict` themselves, where TensorFlow.js has `fitDataset` and
 * `evaluateDataset`. Here all of these do, and batches may bring weights of their samples: `{ xs, ys, sampleWeight }`, or as
 * in Keras `[x, y, sampleWeight]`.
 */
export function takeDatasets(): void {
  const model = tf.LayersModel.prototype as unknown as DatasetModel;
  const { fit, fitDataset, evaluate, evaluateDataset, predict } = model;

  model.fitDataset = async function (dataset, args: FitDatasetArguments) {
    const { validationData, validationFreq, validationBatches, validationBatchSize, ...others } = args;
    const open = this as unknown as OpenModel;
    if (validationBatches != null && !(Number.isInteger(validationBatches) && validationBatches > 0)) {
      throw new RangeError(
        `fitDataset: for dataset-based validation, validationBatches is not to be provided, or a positive integer, not ${validationBatches}.`,
      );
    }
    const validate =
      validationData &&
      validationOf(open, {
        data: validationData,
        steps: validationBatches,
        batchSize: validationBatchSize,
        freq: validationFreq,
      });
    const { classWeight } = others;
    const given = { ...others, ...(classWeight && { classWeight: completeClassWeights(this, classWeight) }) };
    const weighed = weighedDataset(open, dataset, classWeight !== undefined);
    const run: FitRun = { validate };
    const { initialEpoch } = given;
    // TensorFlow.js looks at it when training has begun.
    Object.defineProperty(given, "initialEpoch", { get: () => run.initialEpoch ?? initialEpoch });
    return during(this, run, () => fitDataset.call(this, weighed, given));
  };
  model.evaluateDataset = function (dataset, args) {
    return evaluateDataset.call(this, weighedDataset(this as unknown as OpenModel, dataset, false), args);
  };

  model.fit = async function (x, y, args) {
    if (!isDataset(x)) return fit.call(this, x, y, args);
    const given = (y ?? {}) as FitArguments;
    checkNames("fit", given);
    const { epochs = 1, stepsPerEpoch, validationSteps, ...others } = given;
    refuse("fit", given, ["batchSize", "sampleWeight", "validationSplit"]);
    const dataset = stepsPerEpoch == null ? x : new DatasetSteps(x, stepsPerEpoch);
    return this.fitDataset(dataset, { ...others, epochs, validationBatches: validationSteps });
  };
  model.evaluate = function (x, y, args) {
    if (!isDataset(x)) return evaluate.call(this, x, y, args);
    const { steps, verbose } = (y ?? {}) as { steps?: number; verbose?: 0 | 1 };
    refuse("evaluate", y ?? {}, ["batchSize", "sampleWeight"]);
    return this.evaluateDataset(steps == null ? x : new DatasetSteps(x, steps), { verbose });
  };
  model.predict = function (x, args = {}) {
    if (!isDataset(x)) return predict.call(this, x, args);
    refuse("predict", args, ["batchSize"]);
    const one = (batch: Tensors) => predict.call(this, batch, { batchSize: listed(batch)[0]!.shape[0] });
    return predictDataset(x, one as (batch: Tensors) => Predictions, args.steps);
  };
}

/** @throws TypeError if one of these arguments is given, which data sets bring themselves */
function refuse(method: string, args: object, names: string[]): void {
  const given = names.filter((name) => (args as Record<string, unknown>)[name] != null);
  if (given.length === 0) return;
  throw new TypeError(
    `${method}: ${given.join(" and ")} cannot be given together with a data set, which brings its own batches and weights. ` +
      "Leave it out; use batch(), take(), skip() and map() of the data set.",
  );
}

/** A batch, as TensorFlow.js has it or as Keras has it. */
function batchOf(element: unknown): Batch {
  if (!Array.isArray(element)) return element as Batch;
  const [xs, ys, sampleWeight] = element as [Tensors, Tensors, Tensors?];
  return { xs, ys, ...(sampleWeight && { sampleWeight }) };
}

/** The data set, whose batches' weights get to the step that takes them. */
function weighedDataset(model: OpenModel, dataset: BatchDataset, hasClassWeights: boolean): BatchDataset {
  const iterator = async (): Promise<BatchIterator> => {
    const batches = await dataset.iterator();
    const next = async (): Promise<IteratorResult<unknown, unknown>> => {
      const result = await batches.next();
      if (!result.value) return result;
      const batch = batchOf(result.value);
      if (batch.sampleWeight) {
        if (hasClassWeights) {
          throw new TypeError(
            "fit: classWeight is given, and the batches bring weights of their samples, too. Leave classWeight out, " +
              "and multiply them in the data set's map().",
          );
        }
        weigh(model, batch);
      }
      return { ...result, value: batch };
    };
    return { next };
  };
  return Object.create(dataset, { iterator: { value: iterator } }) as BatchDataset;
}

function weigh(model: OpenModel, { xs, ys, sampleWeight }: Batch): void {
  const firstInput = xs instanceof tf.Tensor ? xs : Array.isArray(xs) ? xs[0]! : xs[model.inputNames[0]!]!;
  const targets =
    ys instanceof tf.Tensor ? [ys] : Array.isArray(ys) ? ys : model.outputNames.map((name) => ys[name]!);
  weighBatch(firstInput, sampleWeightsOf(sampleWeight!, targets, model.outputNames));
}

/**
 * A data set in epochs of a given number of batches. As in Keras an epoch goes on where the last one ended, and the data set
 * begins anew where it ended; an epoch that finds too few left ends early, with a warning.
 */
class DatasetSteps implements BatchDataset {
  #open: BatchIterator | undefined;

  constructor(
    private readonly dataset: BatchDataset,
    readonly size: number,
  ) {}

  async iterator(): Promise<BatchIterator> {
    let steps = 0;
    let isOver = false;
    const next = async (): Promise<IteratorResult<unknown, unknown>> => {
      if (steps === this.size || isOver) return { value: null, done: true };
      const isNew = this.#open === undefined;
      this.#open ??= await this.dataset.iterator();
      const batch = await this.#open.next();
      if (!batch.done) {
        steps++;
        return batch;
      }
      this.#open = undefined;
      // The last epoch took just all that there was.
      if (steps === 0 && !isNew) return next();
      isOver = true;
      warnOfEnd(steps, this.size);
      return batch;
    };
    return { next };
  }
}

async function predictDataset(
  dataset: BatchDataset,
  predict: (batch: Tensors) => Predictions,
  steps = Infinity,
): Promise<Predictions> {
  const batches: Tensor[][] = [];
  try {
    const iterator = await dataset.iterator();
    while (batches.length < steps) {
      const { value, done } = await iterator.next();
      if (done) break;
      const isBatch = Array.isArray(value) || (value as Partial<Batch>).xs !== undefined;
      const batch = isBatch ? batchOf(value) : { xs: value as Tensors };
      batches.push([predict(batch.xs)].flat());
      tf.dispose(value as Tensors);
    }
    if (batches.length === 0) throw new Error("predict: the data set is empty.");
    const outputs = batches[0]!.map((_, i) => tf.concat(batches.map((batch) => batch[i]!)));
    return outputs.length === 1 ? outputs[0]! : outputs;
  } finally {
    tf.dispose(batches);
  }
}

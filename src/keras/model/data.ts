import type { History, ModelFitArgs, Scalar, Tensor } from "@tensorflow/tfjs-node";
import type { OpenModel, Tensors } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { advising } from "./shape-advice.js";
import { checkClassNumbers, checkTargets, withLastAxis } from "./targets.js";
import { weightsOf, type Weighing } from "./weights.js";

/** Inputs, targets, and weights of samples if given. */
export type Weighted = [x: Tensors, y: Tensors, sampleWeight?: Tensors | undefined];

/** A data set of batches, as `tf.data` makes them. */
export interface BatchDataset {
  /** How many batches it has, if known. */
  size?: number;
  iterator(): Promise<BatchIterator>;
}
export interface BatchIterator {
  next(): Promise<IteratorResult<unknown, unknown>>;
  /** Says that no more batches are wanted. */
  return?(): Promise<unknown>;
}

/** What `fit` takes of Keras's arguments. */
export interface FitArguments extends Omit<
  ModelFitArgs,
  "shuffle" | "sampleWeight" | "classWeight" | "validationData"
> {
  shuffle?: boolean | "batch";
  sampleWeight?: Tensors | undefined;
  classWeight?: Weighing["classWeight"];
  validationData?: Weighted | BatchDataset | undefined;
  validationBatchSize?: number;
  validationFreq?: number | number[];
}

/** What `evaluate` takes of Keras's arguments. */
export interface EvaluateArguments {
  batchSize?: number | undefined;
  steps?: number | undefined;
  sampleWeight?: Tensors | undefined;
  verbose?: 0 | 1;
  /** Whether to give the values by name. */
  returnDict?: boolean;
}

/** What `predict` takes of Keras's arguments. */
export interface PredictArguments {
  batchSize?: number;
  steps?: number;
  verbose?: boolean | 0 | 1;
}

/** Losses and metrics: one, several, or by name. */
export type Values = Scalar | Scalar[] | Record<string, number>;

/** A model with the methods that are replaced here, with all that they take. */
export interface TrainedModel extends OpenModel {
  model?: TrainedModel;
  fit(x: Tensors | BatchDataset, y?: Tensors | FitArguments, args?: FitArguments): Promise<History>;
  fitDataset(dataset: BatchDataset, args: object): Promise<History>;
  evaluate(
    x: Tensors | BatchDataset,
    y?: Tensors | EvaluateArguments,
    args?: EvaluateArguments,
  ): Values | Promise<Values>;
  evaluateDataset(dataset: BatchDataset, args?: EvaluateArguments & { batches?: number }): Promise<Values>;
  predict(x: Tensors | BatchDataset, args?: PredictArguments): Tensor | Tensor[] | Promise<Tensor | Tensor[]>;
  predictOnBatch(x: Tensors): Tensor | Tensor[];
  trainOnBatch(x: Tensors, y: Tensors, args?: object): Promise<unknown>;
  testOnBatch(x: Tensors, y: Tensors, args?: object): Promise<unknown>;
  compile(args: object): void;
}

/** Does the same to each of the tensors. */
export function mapped(tensors: Tensors, change: (tensor: Tensor) => Tensor): Tensors {
  if (tensors instanceof tf.Tensor) return change(tensors);
  if (Array.isArray(tensors)) return tensors.map(change);
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor)]));
}

/** The tensors in a list. */
export function listed(tensors: Tensors | undefined): Tensor[] {
  return tensors instanceof tf.Tensor ? [tensors] : Object.values(tensors ?? {});
}

/** How many samples there are; undefined for what is no tensor, against its type. */
export const samplesOf = (x: Tensors): number | undefined => listed(x)[0]?.shape?.[0];

/** Whether data come in batches. */
export function isDataset(data: unknown): data is BatchDataset {
  return typeof (data as Partial<BatchDataset> | undefined)?.iterator === "function";
}

/** @throws Error if the model does not know its losses yet */
export function expectCompiled({ optimizer }: OpenModel): void {
  if (optimizer != null) return;
  throw new Error(
    "You must compile a model before training/testing. Use LayersModel.compile(modelCompileConfig).",
  );
}

/** What a step takes. */
export interface StepData {
  /** Inputs, targets and, where given, weights of the samples for each output. */
  tensors: Tensor[];
  /** Those of them that were made for it. */
  made: Tensor[];
}

/**
 * Checks data, and puts them in the order of the model's inputs and outputs.
 *
 * @throws Error if they do not fit the model
 */
export function stepData(
  model: OpenModel,
  x: Tensors,
  y: Tensors,
  weighing: Weighing = {},
  batchSize?: number,
): StepData {
  const given = new Set<Tensor>([...listed(x), ...listed(y)]);
  const made: Tensor[] = [];
  try {
    const [xs, ys] = advising(model, x, y, () => {
      if (model.feedOutputShapes) checkTargets(model, y);
      const targets = withLastAxis(model, y);
      made.push(...listed(targets).filter((target) => !given.has(target)));
      return model.standardizeUserDataXY(x, targets, true, batchSize);
    });
    made.push(...[...xs, ...ys].filter((tensor) => !given.has(tensor) && !made.includes(tensor)));
    checkClassNumbers(model, ys);
    const weights = weightsOf(model, ys, weighing);
    made.push(...weights);
    return { tensors: [...xs, ...ys, ...weights], made };
  } catch (error) {
    tf.dispose(made);
    throw error;
  }
}

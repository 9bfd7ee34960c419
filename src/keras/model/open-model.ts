import type { History, LayersModel, ModelFitArgs, Scalar, Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";

/** Tensors for the inputs or outputs of a model: of its only one, in order, or by name. */
export type Tensors = Tensor | Tensor[] | Record<string, Tensor>;
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
}

/** What `fit` takes of Keras's arguments. */
export interface FitArguments extends Omit<ModelFitArgs, "shuffle" | "sampleWeight" | "validationData"> {
  shuffle?: boolean | "batch";
  sampleWeight?: Tensors | undefined;
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
}

/** What `predict` takes of Keras's arguments. */
export interface PredictArguments {
  batchSize?: number;
  steps?: number;
  verbose?: boolean | 0 | 1;
}

/** Inputs, targets and, where given, sample weights of a batch; to losses, metrics. */
export type Step = (data: Tensor[]) => Tensor[];

/** A model with the members that its type hides. */
export interface OpenModel extends Omit<
  LayersModel,
  "fit" | "fitDataset" | "evaluate" | "evaluateDataset" | "predict" | "testFunction" | "testLoop"
> {
  testFunction: Step;
  fit(x: Tensors, y: Tensors, args?: FitArguments): Promise<History>;
  fitDataset(dataset: BatchDataset, args: object): Promise<History>;
  evaluate(x: Tensors, y: Tensors, args?: EvaluateArguments): Scalar | Scalar[];
  predict(x: Tensors, args?: PredictArguments): Tensor | Tensor[];
  evaluateDataset(dataset: BatchDataset, args?: object): Promise<Scalar | Scalar[]>;
  makeTrainFunction(): Step;
  makeTestFunction(): void;
  getDedupedMetricsNames(): string[];
  standardizeUserDataXY(x: Tensors, y: Tensors): [Tensor[], Tensor[]];
  testLoop(step: Step, data: Tensor[], batchSize?: number, verbose?: number, steps?: number): Scalar[];
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

/** Whether data come in batches. */
export function isDataset(data: unknown): data is BatchDataset {
  return typeof (data as Partial<BatchDataset> | undefined)?.iterator === "function";
}

import type { History, LayersModel, ModelFitArgs, Scalar, Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../native.js";

/** Tensors for the inputs or outputs of a model: of its only one, in order, or by name. */
export type Tensors = Tensor | Tensor[] | Record<string, Tensor>;
/** Inputs, targets, and weights of samples if given. */
export type Weighted = [Tensors, Tensors, Tensors?];

/** What `fit` takes of Keras's arguments. */
export interface FitArguments extends Omit<ModelFitArgs, "shuffle" | "sampleWeight" | "validationData"> {
  shuffle?: boolean | "batch";
  sampleWeight?: Tensors | undefined;
  validationData?: Weighted;
  validationBatchSize?: number;
}

/** What `evaluate` takes of Keras's arguments. */
export interface EvaluateArguments {
  batchSize?: number | undefined;
  steps?: number | undefined;
  sampleWeight?: Tensors | undefined;
  verbose?: 0 | 1;
}

/** Inputs, targets and, where given, sample weights of a batch; to losses, metrics. */
export type Step = (data: Tensor[]) => Tensor[];

/** A model with the members that its type hides. */
export interface OpenModel extends Omit<LayersModel, "fit" | "evaluate" | "testFunction" | "testLoop"> {
  testFunction: Step;
  fit(x: Tensors, y: Tensors, args?: FitArguments): Promise<History>;
  evaluate(x: Tensors, y: Tensors, args?: EvaluateArguments): Scalar | Scalar[];
  makeTrainFunction(): Step;
  makeTestFunction(): void;
  testLoop(step: Step, data: Tensor[], batchSize?: number, verbose?: number, steps?: number): Scalar[];
}

/** Does the same to each of the tensors. */
export function mapped(tensors: Tensors, change: (tensor: Tensor) => Tensor): Tensors {
  if (tensors instanceof tf.Tensor) return change(tensors);
  if (Array.isArray(tensors)) return tensors.map(change);
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor)]));
}

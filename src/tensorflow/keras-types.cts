/*
 * Types of what Manabi adds to TensorFlow.js: Keras's arguments that it lacks, so that they type-check in cells. Beside
 * `namespace.cts`, whose `tf` they belong to.
 */
// oxlint-disable-next-line no-unassigned-import -- the types of added layers
import "./layers/types.cjs";
import type { History, ModelFitArgs, Scalar, Tensor } from "@tensorflow/tfjs";

type Tensors = Tensor | Tensor[] | { [name: string]: Tensor };

/** A data set of batches, `{ xs, ys }`, `{ xs, ys, sampleWeight }` or `[x, y, sampleWeight]`. */
interface BatchDataset {
  iterator(): Promise<{ next(): Promise<unknown> }>;
}

/** The arguments of `fit` whose types Manabi widens. */
interface WiderFitArgs extends Omit<ModelFitArgs, "shuffle" | "sampleWeight" | "validationData"> {
  /** Whether to shuffle the samples before each epoch; `"batch"` shuffles only within each batch. `true` if left out. */
  shuffle?: boolean | "batch";
  /** A weight for each sample, `[samples]`; for several outputs in an array or by name. */
  sampleWeight?: Tensors;
  /** Inputs, targets and, if given, weights of samples; or a data set of batches. */
  validationData?: [x: Tensors, y: Tensors, sampleWeight?: Tensors] | BatchDataset;
  /** The batch size of the validation, `batchSize` if left out. */
  validationBatchSize?: number;
  /** Validates after every so many epochs, or after those in the list, counted from 1. 1 if left out. */
  validationFreq?: number | number[];
}

/** The arguments of `fit` with a data set, which brings batches and weights of samples itself. */
type DatasetFitArgs = Omit<WiderFitArgs, "batchSize" | "sampleWeight" | "shuffle" | "validationSplit">;

/** How many batches of a data set to take, all if left out. */
interface DatasetSteps {
  steps?: number;
}

declare module "@tensorflow/tfjs-layers/dist/engine/training" {
  interface ModelCompileArgs {
    /** Whether to run single operations instead of a compiled graph, `false` if left out. */
    runEagerly?: boolean;
  }
  interface LayersModel {
    fit(x: Tensors, y: Tensors, args?: WiderFitArgs): Promise<History>;
    fit(dataset: BatchDataset, args?: DatasetFitArgs): Promise<History>;
    evaluate(dataset: BatchDataset, args?: DatasetSteps & { verbose?: 0 | 1 }): Promise<Scalar | Scalar[]>;
    predict(dataset: BatchDataset, args?: DatasetSteps): Promise<Tensor | Tensor[]>;
  }
}

declare module "@tensorflow/tfjs-layers/dist/layers/recurrent" {
  interface GRUCellLayerArgs {
    /** Whether the reset gate comes after the matrix product, as in Keras; `true` if left out. */
    resetAfter?: boolean;
  }
  interface GRULayerArgs {
    /** Whether the reset gate comes after the matrix product, as in Keras; `true` if left out. */
    resetAfter?: boolean;
  }
}

declare module "@tensorflow/tfjs-layers/dist/models" {
  interface Sequential {
    fit(x: Tensors, y: Tensors, args?: WiderFitArgs): Promise<History>;
    fit(dataset: BatchDataset, args?: DatasetFitArgs): Promise<History>;
    evaluate(dataset: BatchDataset, args?: DatasetSteps & { verbose?: 0 | 1 }): Promise<Scalar | Scalar[]>;
    predict(dataset: BatchDataset, args?: DatasetSteps): Promise<Tensor | Tensor[]>;
  }
}

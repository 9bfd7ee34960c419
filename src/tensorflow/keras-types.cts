/*
 * Types of what Manabi adds to TensorFlow.js: Keras's arguments that it lacks, so that they type-check in cells. Beside
 * `namespace.cts`, whose `tf` they belong to.
 */
import type { History, ModelFitArgs, Tensor } from "@tensorflow/tfjs";

type Tensors = Tensor | Tensor[] | { [name: string]: Tensor };

/** The arguments of `fit` whose types Manabi widens. */
interface WiderFitArgs extends Omit<ModelFitArgs, "shuffle" | "sampleWeight"> {
  /** Whether to shuffle the samples before each epoch; `"batch"` shuffles only within each batch. `true` if left out. */
  shuffle?: boolean | "batch";
  /** A weight for each sample, `[samples]`; for several outputs in an array or by name. */
  sampleWeight?: Tensors;
  /** The batch size of the validation, `batchSize` if left out. */
  validationBatchSize?: number;
}

declare module "@tensorflow/tfjs-layers/dist/engine/training" {
  interface ModelCompileArgs {
    /** Whether to run single operations instead of a compiled graph, `false` if left out. */
    runEagerly?: boolean;
  }
  interface LayersModel {
    fit(x: Tensors, y: Tensors, args?: WiderFitArgs): Promise<History>;
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
  }
}

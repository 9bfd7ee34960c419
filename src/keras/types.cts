/*
 * Types of what Manabi adds to TensorFlow.js: Keras's arguments that it lacks, so that they type-check in cells. Beside
 * `namespace.cts`, whose `tf` they belong to.
 */
// oxlint-disable-next-line no-unassigned-import -- the types of added layers
import "./layers/types.cjs";
import type {
  History,
  ModelCompileArgs as CompileArgs,
  ModelEvaluateArgs,
  ModelFitArgs,
  ModelPredictConfig,
  layers,
  Scalar,
  SymbolicTensor,
  Tensor,
  Variable,
} from "@tensorflow/tfjs";

/** A tensor, or numbers that make one of themselves: `NdArray`, `tf.buffer`. */
type Data = Tensor | { toTensor(): Tensor };
type Tensors = Data | Data[] | { [name: string]: Data };

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

/** What `evaluate` and `predict` take with a data set. */
interface DatasetSteps {
  /** How many batches to take, all if left out. */
  steps?: number;
  verbose?: 0 | 1;
}

/** The arguments of `evaluate` that Manabi adds. */
interface WiderEvaluateArgs extends Omit<ModelEvaluateArgs, "sampleWeight"> {
  /** A weight for each sample, `[samples]`; for several outputs in an array or by name. */
  sampleWeight?: Tensors;
}

/** The arguments of `predict` that Manabi adds. */
interface WiderPredictArgs extends ModelPredictConfig {
  /** How many batches to predict, all if left out. */
  steps?: number;
}

/**
 * One tensor of a model or layer that gives one, and a list of tensors of one that gives several: which of the two it is, its
 * type does not say, and both can be written without a cast.
 */
type OneOrMore<T> = T & T[];

type AnySymbolic = SymbolicTensor | SymbolicTensor[];
type AnyTensors = Tensor | Tensor[];

/** What a layer takes besides its inputs, such as `training`. */
type CallArguments = Parameters<layers.Layer["call"]>[1];

/** Values are given by name. */
interface Named {
  returnDict: true;
}
interface NamedEvaluateArgs extends WiderEvaluateArgs, Named {}
interface NamedSteps extends DatasetSteps, Named {}

/** Weights of the samples, or of the classes, of a batch. */
interface BatchArgs {
  sampleWeight?: Tensors;
  classWeight?: ModelFitArgs["classWeight"];
}

/** A metric with arguments, of `metrics.*`. */
interface MetricWithArguments {
  readonly className: string;
  readonly settings: object;
}
/** A loss with arguments, of `losses.*`. */
interface LossWithArguments {
  readonly className: string;
  readonly settings: object;
  readonly reduction: string;
}

/** Names that are offered where a string is written. Others are as good: those of TensorFlow.js, and shorter ones. */
type OtherName = string & {};
type Losses = typeof import("./losses/index.js", { with: { "resolution-mode": "import" } });
type Metrics = typeof import("./metrics/index.js", { with: { "resolution-mode": "import" } });
type Optimizers = typeof import("./optimizers/index.js", { with: { "resolution-mode": "import" } });
/** Names of functions that need no arguments; classes and namespaces are left out. */
type FunctionNames<Module> = {
  [Name in keyof Module]: Module[Name] extends () => unknown ? Name : never;
}[keyof Module];
export type LossName = FunctionNames<Losses>;
export type MetricName =
  | FunctionNames<Metrics>
  // Those without arguments, which have no function in `metrics.*`.
  | "accuracy"
  | "categoricalAccuracy"
  | "cosineSimilarity"
  | "crossentropy"
  | "meanAbsoluteError"
  | "meanAbsolutePercentageError"
  | "meanSquaredError"
  | "sparseCategoricalAccuracy";
export type OptimizerName = FunctionNames<Optimizers>;

type AnyLoss = LossName | OtherName | LossWithArguments | ((yTrue: Tensor, yPred: Tensor) => Tensor);
type AnyMetric = MetricName | OtherName | MetricWithArguments | ((yTrue: Tensor, yPred: Tensor) => Tensor);
type AnyMetrics = AnyMetric | (AnyMetric | AnyMetric[])[] | { [output: string]: AnyMetric | AnyMetric[] };

declare module "@tensorflow/tfjs-layers/dist/engine/training" {
  interface ModelCompileArgs {
    /** Whether to run single operations instead of a compiled graph, `false` if left out. */
    runEagerly?: boolean;
    /** What the loss of each output counts, 1 if left out. */
    lossWeights?: number | number[] | { [output: string]: number };
    /** Metrics that the weights of samples and classes apply to. */
    weightedMetrics?: AnyMetrics;
  }
  interface LayersModel {
    compile(args: WiderCompileArgs): void;
    fit(x: Tensors, y: Tensors, args?: WiderFitArgs): Promise<History>;
    fit(dataset: BatchDataset, args?: DatasetFitArgs): Promise<History>;
    evaluate(x: Tensors, y: Tensors, args: NamedEvaluateArgs): Record<string, number>;
    evaluate(x: Tensors, y: Tensors, args?: WiderEvaluateArgs): OneOrMore<Scalar>;
    evaluate(dataset: BatchDataset, args: NamedSteps): Promise<Record<string, number>>;
    evaluate(dataset: BatchDataset, args?: DatasetSteps): Promise<OneOrMore<Scalar>>;
    predict(x: Tensors, args?: WiderPredictArgs): OneOrMore<Tensor>;
    predict(dataset: BatchDataset, args?: DatasetSteps): Promise<OneOrMore<Tensor>>;
    trainOnBatch(x: Tensors, y: Tensors, args: BatchArgs & Named): Promise<Record<string, number>>;
    trainOnBatch(x: Tensors, y: Tensors, args?: BatchArgs): Promise<number | number[]>;
    testOnBatch(
      x: Tensors,
      y: Tensors,
      args: Omit<BatchArgs, "classWeight"> & Named,
    ): Promise<Record<string, number>>;
    testOnBatch(x: Tensors, y: Tensors, args?: Omit<BatchArgs, "classWeight">): Promise<number | number[]>;
  }
}

// Classes that declare it anew hide that of Layer.
declare module "@tensorflow/tfjs-layers/dist/engine/topology" {
  interface Layer {
    apply(inputs: AnySymbolic, kwargs?: CallArguments): OneOrMore<SymbolicTensor>;
    apply(inputs: AnyTensors, kwargs?: CallArguments): OneOrMore<Tensor>;
  }
}
declare module "@tensorflow/tfjs-layers/dist/engine/input_layer" {
  interface InputLayer {
    apply(inputs: AnySymbolic, kwargs?: CallArguments): OneOrMore<SymbolicTensor>;
    apply(inputs: AnyTensors, kwargs?: CallArguments): OneOrMore<Tensor>;
  }
}
declare module "@tensorflow/tfjs-layers/dist/layers/recurrent" {
  interface RNN {
    apply(inputs: AnySymbolic, kwargs?: CallArguments): OneOrMore<SymbolicTensor>;
    apply(inputs: AnyTensors, kwargs?: CallArguments): OneOrMore<Tensor>;
  }
}
declare module "@tensorflow/tfjs-layers/dist/layers/wrappers" {
  interface Bidirectional {
    apply(inputs: AnySymbolic, kwargs?: CallArguments): OneOrMore<SymbolicTensor>;
    apply(inputs: AnyTensors, kwargs?: CallArguments): OneOrMore<Tensor>;
  }
}

declare module "@tensorflow/tfjs-core/dist/optimizers/optimizer" {
  interface Optimizer {
    /** @param f computes the loss, one number */
    minimize(f: () => Tensor, returnCost: true, varList?: Variable[]): Scalar;
    minimize(f: () => Tensor, returnCost?: boolean, varList?: Variable[]): Scalar | null;
  }
}

/** The arguments of `compile` whose types Manabi widens. */
interface WiderCompileArgs extends Omit<Partial<CompileArgs>, "loss" | "metrics" | "optimizer"> {
  /** By name, or one of `optimizers.*` or `tf.train.*`. */
  optimizer?: OptimizerName | OtherName | Exclude<CompileArgs["optimizer"], string>;
  /** By name, as functions, or of `losses.*`; of all outputs, or of each, in a list or by its name. */
  loss?: AnyLoss | AnyLoss[] | { [output: string]: AnyLoss };
  /** By name, as functions, or of `metrics.*`; of all outputs, or of each, in lists or by its name. */
  metrics?: AnyMetrics;
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

// The class declares these anew, which hides those of LayersModel. They are repeated, because overloads that an interface
// inherits do not join those that a class declares.
declare module "@tensorflow/tfjs-layers/dist/models" {
  interface Sequential {
    compile(args: WiderCompileArgs): void;
    fit(x: Tensors, y: Tensors, args?: WiderFitArgs): Promise<History>;
    fit(dataset: BatchDataset, args?: DatasetFitArgs): Promise<History>;
    evaluate(x: Tensors, y: Tensors, args: NamedEvaluateArgs): Record<string, number>;
    evaluate(x: Tensors, y: Tensors, args?: WiderEvaluateArgs): OneOrMore<Scalar>;
    evaluate(dataset: BatchDataset, args: NamedSteps): Promise<Record<string, number>>;
    evaluate(dataset: BatchDataset, args?: DatasetSteps): Promise<OneOrMore<Scalar>>;
    predict(x: Tensors, args?: WiderPredictArgs): OneOrMore<Tensor>;
    predict(dataset: BatchDataset, args?: DatasetSteps): Promise<OneOrMore<Tensor>>;
    trainOnBatch(x: Tensors, y: Tensors, args: BatchArgs & Named): Promise<Record<string, number>>;
    trainOnBatch(x: Tensors, y: Tensors, args?: BatchArgs): Promise<number | number[]>;
  }
}

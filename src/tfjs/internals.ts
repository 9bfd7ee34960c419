/**
 * What TensorFlow.js hides, with types. 4.22 is its last release, so that these members are stable. All casts to them are here.
 */
import type {
  DataType,
  DataValues,
  GradSaveFunc,
  History,
  LayerVariable,
  layers as Layers,
  LayersModel,
  Optimizer,
  Scalar,
  serialization,
  SymbolicTensor,
  Tensor,
  TensorInfo,
  Variable,
} from "@tensorflow/tfjs-node";
import { layers, tf } from "./native.js";

/** One operation on the tape of a gradient. */
export interface TapeNode {
  inputs: Record<string, Tensor>;
  outputs: Tensor[];
  /** Disposed once all gradients are done. */
  saved: Tensor[];
  gradient?: (dys: (Tensor | null)[]) => object;
}

/** tfjs-core's engine. */
export interface Engine {
  state: {
    activeTape: TapeNode[] | null;
    gradientDepth: number;
    kernelDepth: number;
    scopeStack: object[];
    numDataMovesStack: number[];
    tensorInfo: WeakMap<object, object>;
  };
  registeredVariables: Record<string, Variable>;
  addTapeNode(
    kernelName: string,
    inputs: Record<string, Tensor>,
    outputs: Tensor[],
    gradient: unknown,
    saved: Tensor[],
    attributes: unknown,
  ): void;
  getTensorsForGradient(kernelName: string, inputs: object, outputs: Tensor[]): Tensor[];
  makeTensor(values: DataValues | null, shape: number[], dtype?: DataType, backend?: object): Tensor;
  startScope(name?: string): void;
  endScope(): void;
  incRef(tensor: Tensor, backend: null): void;
  disposeTensor(tensor: Tensor): void;
  removeDataId(dataId: object, backend: object): void;
  nextTensorId(): number;
  findBackend(name: string): KernelBackend;
}

/** What kernels and the engine give to and take from a backend. */
export interface KernelBackend {
  /** Whether its first tensor is still to print an advice. */
  firstUse: boolean;
  readSync(dataId: object): DataValues;
  makeTensorInfo(shape: number[], dtype: DataType, values: DataValues): TensorInfo;
  disposeIntermediateTensorInfo(info: TensorInfo): void;
}

/** The engine that computes. */
export function engine(): Engine {
  return tf.engine() as unknown as Engine;
}

/** What all engines have their methods from. */
export function enginePrototype(): Engine {
  return Object.getPrototypeOf(tf.engine()) as Engine;
}

/** Makes an object of a class from its configuration. */
export type FromConfig = (cls: unknown, config: serialization.ConfigDict, ...others: unknown[]) => object;

/** All classes that can be made from a configuration, by name, with how. */
export function classMap(): Record<string, [cls: { prototype: object }, fromConfig: FromConfig]> {
  const { classNameMap } = tf.serialization.SerializationMap.getMap();
  return classNameMap as unknown as ReturnType<typeof classMap>;
}

/** What all objects of a registered class have their methods from: `prototypeOf<Dropout>("Dropout")`. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller says which members the class hides
export function prototypeOf<T extends object>(className: string): T {
  return classMap()[className]![0].prototype as T;
}

/** A layer with the members that its type hides. */
export type OpenLayer = Omit<Layers.Layer, "addWeight" | "computeMask" | "setMaskMetadata" | "trainable_"> & {
  trainable_: boolean;
  _trainableWeights: LayerVariable[];
  _nonTrainableWeights: LayerVariable[];
  calculateLosses(): Scalar[];
  computeMask(inputs: Tensor | Tensor[], mask?: Masks): Masks;
  setMaskMetadata(): void;
  addWeight(
    name: string,
    shape: (number | null)[],
    dtype: DataType | undefined,
    initializer: unknown,
    ...rest: unknown[]
  ): LayerVariable;
};

/** A mask for a tensor, or for each of several, where there is one. */
type Masks = Tensor | null | undefined | (Tensor | null | undefined)[];

/** What all layers have their methods from. */
export const layerPrototype = tf.layers.Layer.prototype as unknown as OpenLayer;

/** A loss or a metric: of targets, outputs and, for a metric that is weighed, weights of the samples. */
export type Measure = (yTrue: Tensor, yPred: Tensor, weights?: Tensor) => Tensor;

/** Tensors for the inputs or outputs of a model: of its only one, in order, or by name. */
export type Tensors = Tensor | Tensor[] | Record<string, Tensor>;

/** A shape, whose batch axis, or others, may be any. */
export type Shape = (number | null)[];

/** A model with the members that its type hides. */
export interface OpenModel {
  trainable_: boolean;
  layers: OpenLayer[];
  inputs: SymbolicTensor[];
  outputs: SymbolicTensor[];
  inputNames: string[];
  outputNames: string[];
  outputLayers: OpenLayer[];
  weights: LayerVariable[];
  feedInputShapes: Shape[];
  /** From `compile` on, as are all of the following; null for targets of any shape. */
  feedOutputShapes?: (Shape | null)[];
  optimizer: Optimizer;
  isOptimizerOwned: boolean;
  /** Losses and metrics as `compile` was given them. */
  loss?: unknown;
  metrics?: unknown;
  weightedMetrics?: unknown;
  lossFunctions: Measure[];
  /** What each output's loss counts in the total, 1 if undefined. */
  lossWeights?: number[] | undefined;
  metricsNames: string[];
  /** The losses of several outputs, as metrics, and the metrics; with the output's index. */
  metricsTensors: [Measure, number][];
  collectedTrainableWeights: OpenLayerVariable[];
  isTraining: boolean;
  stopTraining: boolean;
  history: History;
  /** The model inside of a sequential model, which works for it. */
  model?: OpenModel;
  call(inputs: Tensor[], kwargs?: { training: boolean }): Tensor | Tensor[];
  calculateLosses(): Scalar[];
  checkTrainableWeightsConsistency(): void;
  getDedupedMetricsNames(): string[];
  standardizeUserDataXY(
    x: Tensors,
    y: Tensors,
    checkBatchAxis?: boolean,
    batchSize?: number,
  ): [Tensor[], Tensor[]];
  predictLoop(inputs: Tensor | Tensor[], batchSize?: number, verbose?: boolean): Tensor | Tensor[];
  dispose(): { refCountAfterDispose: number };
}

/** A weight of a layer with the members that its type hides. */
export type OpenLayerVariable = Omit<LayerVariable, "read" | "constraint"> & {
  read(): Variable;
  constraint: { apply(weight: Tensor): Tensor } | null;
};

/** What all models have their methods from. */
export const modelPrototype = tf.LayersModel.prototype as unknown as OpenModel;

/** What sequential models have their methods from; they leave the work to the model inside. */
export const sequentialPrototype = tf.Sequential.prototype as unknown as OpenModel;

/** The members of a model that its type hides. */
export const openModel = (model: LayersModel): OpenModel => model as unknown as OpenModel;

/** What LSTM, GRU and SimpleRNN layers have their methods from. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as above
export function recurrentPrototype<T extends object>(): T {
  return Object.getPrototypeOf(prototypeOf("LSTM")) as T;
}

/** An optimizer: its hyperparameters, and lists of slots, by the names of its members. */
export type OpenOptimizer<Members> = Members & { incrementIterations(): void };

/** The members of an optimizer that its type hides. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as above
export function openOptimizer<Members>(optimizer: Optimizer): OpenOptimizer<Members> {
  return optimizer as unknown as OpenOptimizer<Members>;
}

/** A function that makes a layer. */
export type MakeLayer = (settings?: object, ...others: unknown[]) => Layers.Layer;

/** `tf.layers`, whose functions make layers; classes are among them, with a capital. */
export const layerFactories = tf.layers as unknown as Record<string, MakeLayer>;

export const constraintFactories = tf.constraints as unknown as Record<string, MakeLayer>;
export const initializerFactories = tf.initializers as unknown as Record<string, MakeLayer>;

/** Functions of tfjs-layers that make models. */
export const modelFactories = layers as unknown as Record<"input" | "model" | "sequential", MakeLayer>;

/** A function and its gradient: what it gives, and the gradients of what it took, of which it may save some. */
export interface Differentiated {
  value: Tensor;
  gradFunc: (dy: Tensor, saved: Tensor[]) => Tensor | Tensor[];
}

/** `tf.customGrad` with the types that it has at run time. */
export function withGradient<Inputs extends Tensor[]>(
  run: (inputs: Inputs, save: GradSaveFunc) => Differentiated,
): (...inputs: Inputs) => Tensor {
  return tf.customGrad((...args) => {
    const save = args.at(-1) as unknown as GradSaveFunc;
    return run(args.slice(0, -1) as Inputs, save);
  });
}

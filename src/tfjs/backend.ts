/** Native TensorFlow as tfjs-node binds it, with the members that its types hide. */
import type { Tensor, Variable } from "@tensorflow/tfjs-node";
import { engine } from "./internals.js";
import { isBindingWaiting } from "./lazy-binding.js";
import { runsNatively, tf } from "./native.js";

/** TensorFlow's DataType numbers that graphs here use. */
export const dataType = {
  float: 1,
  int32: 3,
  uint8: 4,
  int16: 5,
  int8: 6,
  string: 7,
  int64: 9,
  bool: 10,
  resource: 20,
} as const;

/** One attribute of an operation, in the form tfjs-node's binding takes. */
export interface Attribute {
  name: string;
  /** One of the binding's `TF_ATTR_*` numbers. */
  type: number;
  value: unknown;
}

/** What the binding says about a tensor that an operation made. */
export interface TensorMetadata {
  /** The native handle. Handles are never used twice. */
  id: number;
  shape: number[];
  /** TensorFlow's DataType number. */
  dtype: number;
}

/** The native functions of tfjs-node that compiling uses. */
export interface Binding {
  createTensor(shape: number[], dtype: number, values: ArrayLike<unknown>): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): ArrayBufferView;
  executeOp(op: string, attributes: Attribute[], inputs: number[], outputs: number): TensorMetadata[];
  loadSavedModel(directory: string, tags: string): number;
  deleteSavedModel(id: number): void;
  runSavedModel(id: number, inputs: number[], inputNames: string, outputNames: string): TensorMetadata[];
  getNumOfSavedModels(): number;
  getNumOfTensors(): number;
  readonly TF_INT32: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
}

/** What the backend keeps for each `dataId`: native once `values` is null. */
export interface TensorInfo {
  id: number;
  shape: number[];
  dtype: number;
  values: unknown;
  refCount: number;
}

/** tfjs-node's backend, with the members that its types hide. */
export interface Backend {
  binding: Binding;
  tensorMap: {
    has(dataId: object): boolean;
    get(dataId: object): TensorInfo;
    set(dataId: object, info: TensorInfo): void;
    delete(dataId: object): void;
    dataIdsCount: number;
  };
  getInputTensorIds(tensors: Tensor[]): number[];
  createOutputTensor(metadata: TensorMetadata): Tensor;
  getDTypeInteger(dtype: string): number;
  disposeData(dataId: object, force?: boolean): boolean;
}

/** The native backend. Only graphs run on it: ask `runsNatively()` first. */
export function nativeBackend(): Backend {
  return tf.backend() as unknown as Backend;
}

/** How many sessions TensorFlow has; none before its first operation. */
export const sessionCount = (): number =>
  runsNatively() && !isBindingWaiting() ? nativeBackend().binding.getNumOfSavedModels() : 0;

/** Every variable that is not disposed, of all models and optimizers. */
export function registeredVariables(): Variable[] {
  return Object.values(engine().registeredVariables);
}

/** The number of the next tensor that is made; those that are there have lower ones. */
export const nextTensorId = (): number => engine().nextTensorId();

/**
 * Assigns to a variable what the backend keeps for `dataId`. Takes no real tensor, since to dispose of one asks for the native
 * tensor.
 */
export function assignData(variable: Variable, dataId: object): void {
  variable.assign({ dataId, shape: variable.shape, dtype: variable.dtype } as Variable);
}

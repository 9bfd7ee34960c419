import type { Tensor, Variable } from "@tensorflow/tfjs-node";
import { tf } from "../native.js";

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
  tensorMap: { get(dataId: object): TensorInfo; set(dataId: object, info: TensorInfo): void };
  getInputTensorIds(tensors: Tensor[]): number[];
  createOutputTensor(metadata: TensorMetadata): Tensor;
  getDTypeInteger(dtype: string): number;
}

/** The native backend. Only graphs run on it: ask `runsNatively()` of `../native.js` first. */
export function nativeBackend(): Backend {
  return tf.backend() as unknown as Backend;
}

/** Every variable that is not disposed, of all models and optimizers. */
export function registeredVariables(): Variable[] {
  return Object.values(tf.engine().registeredVariables);
}

import type { Tensor, Variable } from "@tensorflow/tfjs-node";
import { tf } from "../tfjs/native.js";
import { abandonWatching } from "./changing-values.js";
import { forgetStepListener } from "./step-listener.js";

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

/** The native backend. Only graphs run on it: ask `runsNatively()` of `../tfjs/native.js` first. */
export function nativeBackend(): Backend {
  return tf.backend() as unknown as Backend;
}

/** Every variable that is not disposed, of all models and optimizers. */
export function registeredVariables(): Variable[] {
  return Object.values(tf.engine().registeredVariables);
}

/** The number of the next tensor that is made; those that are there have lower ones. */
export const nextTensorId = (): number =>
  (tf.engine() as unknown as { nextTensorId(): number }).nextTensorId();

/**
 * Assigns to a variable what the backend keeps for `dataId`. Takes no real tensor, since to dispose of one asks for the native
 * tensor.
 */
export function assignData(variable: Variable, dataId: object): void {
  variable.assign({ dataId, shape: variable.shape, dtype: variable.dtype } as Variable);
}

/** The greatest handle of a tensor whose value is not computed yet. TensorFlow.js has -1 for what it has not yet written. */
export const noValue = -2;

/** Who listens now: what it listens to, and how to end that. */
let interception: { native: Binding; abandon: () => void } | undefined;

/** The functions of native TensorFlow, whoever listens. */
export function nativeBinding(): Binding {
  return interception?.native ?? nativeBackend().binding;
}

/** Whether somebody listens between TensorFlow.js and native TensorFlow now. */
export function isIntercepted(): boolean {
  return interception !== undefined;
}

/** Methods in the place of the backend's, and functions in the place of native TensorFlow's. */
export interface Interception extends Pick<Backend, "getInputTensorIds" | "createOutputTensor"> {
  binding: Partial<Binding>;
}

/**
 * Puts other methods in the place of the backend's.
 *
 * @param abandoned what to do in case that code was ended in between, by an interrupt
 * @returns puts the backend's own back
 */
export function intercept(
  { binding: functions, ...methods }: Interception,
  abandoned = (): void => {},
): () => void {
  const backend = nativeBackend();
  const { binding, getInputTensorIds, createOutputTensor } = backend;
  const end = () => {
    Object.assign(backend, { binding, getInputTensorIds, createOutputTensor });
    interception = undefined;
  };
  const abandon = () => {
    abandoned();
    end();
  };
  interception = { native: binding, abandon };
  // Native TensorFlow's functions are read-only: what inherits from them can define its own, but not assign.
  const listening = Object.create(binding, Object.getOwnPropertyDescriptors(functions)) as Binding;
  Object.assign(backend, { binding: listening, ...methods });
  return end;
}

let eager = false;

/** Whether what runs now is to be left eager. */
export function staysEager(): boolean {
  return eager;
}

/** Leaves what `run` does eager. */
export function eagerly<T>(run: () => T): T {
  const before = eager;
  eager = true;
  try {
    return run();
  } finally {
    eager = before;
  }
}

/** Ends what the code that began it cannot end any more, because an interrupt has ended that. */
export function abandonInterception(): void {
  abandonWatching();
  forgetStepListener();
  eager = false;
  interception?.abandon();
}

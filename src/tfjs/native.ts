import { createRequire } from "node:module";
import util from "node:util";
import type { Tensor } from "@tensorflow/tfjs-node";
import { isBindingWaiting, openBinding, withLazyBinding } from "./lazy-binding.js";
import { requireWithCode } from "./package-code.js";
import { nameNamespace, patch } from "./patch.js";

/** The TensorFlow.js that a notebook works with: native when the binding was built, else the same API in WebAssembly. */
export type TensorFlow = typeof import("@tensorflow/tfjs-node");

/** What runs the operations of `tf`. */
export interface BackendInfo {
  /** Name of the TensorFlow.js backend: `"tensorflow"` (native), `"wasm"` or `"cpu"`. */
  backend: string;
  /** Version of libtensorflow, for example `"2.21.0"`; `null` without the native binding. */
  tensorflowVersion: string | null;
  /** Whether native TensorFlow was loaded. */
  native: boolean;
}

const require = createRequire(import.meta.url);

/**
 * Node 23 removed these functions, which tfjs-node 4.22 calls in almost every operation, and Node 22 warns when they
 * are used (DEP0044, DEP0051). https://github.com/tensorflow/tfjs/issues/8609
 */
function supplyRemovedUtilFunctions(): void {
  const reason = {
    name: "removed functions of Node",
    why: "tfjs-node calls them in almost every operation; Node 23 has removed them, and Node 22 warns",
    upstream: "https://github.com/tensorflow/tfjs/issues/8609",
  };
  nameNamespace(util, "node:util");
  const removed: { isArray?: unknown; isNullOrUndefined?: unknown } = util;
  patch(removed, "isArray", { ...reason, replace: Array.isArray });
  patch(removed, "isNullOrUndefined", {
    ...reason,
    replace: (value: unknown) => value === null || value === undefined,
  });
}

/** What TensorFlow reads when it is loaded; a user's own settings stay. */
function setVariables(): void {
  // Errors stay visible; progress notes and warnings appear when the user asks by this variable.
  process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";
  // TensorFlow leaves oneDNN off where a processor lacks AVX-512, where it makes convolutions faster, too.
  if (process.arch === "x64") process.env["TF_ENABLE_ONEDNN_OPTS"] ??= "1";
}

/** Loads the same API without native code: plain JavaScript at once, WebAssembly as soon as it is compiled. */
function loadFallback(reason: string): TensorFlow {
  const tf = require("@tensorflow/tfjs") as TensorFlow;
  const wasm = require("@tensorflow/tfjs-backend-wasm") as { setWasmPaths(folder: string): void };
  wasm.setWasmPaths(
    require.resolve("@tensorflow/tfjs-backend-wasm/package.json").replace("package.json", "dist/"),
  );
  void tf.setBackend("cpu");
  // Its first tensor would print a banner that advises to install tfjs-node, which is just what did not load.
  Object.assign(tf.backend(), { firstUse: false });
  console.warn(
    `Native TensorFlow did not load (${reason}). Computing in WebAssembly: slower, and convolutions cannot be trained. ` +
      "To mend it run `npm start`, or `npm run manabi doctor` to see what is missing.",
  );
  // Until WebAssembly is compiled, tensors are made in plain JavaScript; they move over when they are used.
  startWebAssembly(tf).catch((error: unknown) => {
    console.warn(`WebAssembly did not start either (${String(error)}). Computing in plain JavaScript.`);
  });
  return tf;
}

async function startWebAssembly(tf: TensorFlow): Promise<void> {
  const backend = await tf.findBackendFactory("wasm")();
  tf.removeBackend("wasm");
  tf.registerBackend("wasm", () => backend, 2);
  await tf.setBackend("wasm");
}

function load(): { tf: TensorFlow; isNative: boolean } {
  supplyRemovedUtilFunctions();
  setVariables();
  try {
    const tf = withLazyBinding(
      () => requireWithCode("@tensorflow/tfjs-node", require),
      fallBackLater,
    ) as TensorFlow;
    // So that `tf` of namespace.cts, which is @tensorflow/tfjs, has it, too.
    Object.assign(require("@tensorflow/tfjs") as object, { node: tf.node });
    return { tf, isNative: true };
  } catch (error) {
    return { tf: loadFallback(reasonOf(error)), isNative: false };
  }
}

const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message.split("\n", 1)[0]! : String(error)).trim();

/** What was not seen when the file was found: what is called for fails, what comes next is computed in JavaScript. */
function fallBackLater(error: unknown): never {
  loaded.isNative = false;
  loadFallback(reasonOf(error));
  throw new Error("Native TensorFlow did not load: run this again, in JavaScript or WebAssembly.", {
    cause: error,
  });
}

const loaded = load();

/** TensorFlow.js before its repairs. Only `load.ts` and the repairs use it. */
export const tf = loaded.tf;

/** Which backend computes, and with which TensorFlow. */
export function backendInfo(): BackendInfo {
  if (isBindingWaiting()) {
    try {
      openBinding();
    } catch {
      // It has told so, and another backend computes.
    }
  }
  const tensorflowVersion = loaded.isNative ? tensorFlowVersion() : null;
  return { backend: tf.getBackend(), tensorflowVersion, native: loaded.isNative };
}

function tensorFlowVersion(): string {
  const { binding } = tf.findBackend("tensorflow") as unknown as { binding: { TF_Version: string } };
  return binding.TF_Version;
}

const requireFromTensorFlow = createRequire(require.resolve("@tensorflow/tfjs"));

/**
 * The exports object of tfjs-core, from which `tf`, its layers and its kernels read each function anew at every call:
 * replacing a function here replaces it for all of them.
 */
export const core = requireFromTensorFlow("@tensorflow/tfjs-core") as Mutable<
  Pick<
    TensorFlow,
    | "conv3d"
    | "divNoNan"
    | "dropout"
    | "einsum"
    | "logSigmoid"
    | "logSoftmax"
    | "multinomial"
    | "nextFrame"
    | "randomNormal"
    | "randomStandardNormal"
    | "randomUniform"
    | "softmax"
    | "truncatedNormal"
    | "util"
  >
>;

/** The exports object of tfjs-layers, to which the same applies. */
export const layers = requireFromTensorFlow("@tensorflow/tfjs-layers") as Mutable<
  Pick<TensorFlow, "loadLayersModel" | "registerCallbackConstructor">
>;

const namespaces = {
  tf: core,
  "tf.util": core.util,
  "tf.layers": tf.layers,
  "tf.initializers": tf.initializers,
  "tf.constraints": tf.constraints,
  "tf.fused": tf.fused,
  "tf.callbacks": tf.callbacks,
  "tfjs-layers": layers,
};
for (const [name, namespace] of Object.entries(namespaces)) nameNamespace(namespace, name);

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

interface NativeBackend {
  binding: Record<
    "TF_ATTR_TYPE" | "TF_ATTR_BOOL" | "TF_ATTR_FLOAT" | "TF_ATTR_INT" | "TF_ATTR_STRING" | "TF_INT64",
    number
  > & {
    createTensor(shape: number[], dtype: number, values: Int32Array): number;
    deleteTensor(id: number): void;
    executeOp(op: string, attributes: object[], inputs: number[], outputs: number): object[];
  };
  getDTypeInteger(dtype: string): number;
  getInputTensorIds(inputs: Tensor[]): number[];
  createOutputTensor(metadata: object): Tensor;
}

/** Whether operations run on native TensorFlow now (the user may have chosen another backend). */
export function runsNatively(): boolean {
  return tf.getBackend() === "tensorflow";
}

/** How many gradients are being computed, one within the other: 0 if what runs now is not differentiated. */
export function gradientDepth(): number {
  return tf.engine().state.gradientDepth;
}

/** The binding says "Invalid TF_Status: 3\nMessage: …"; of interest is the message, and which operation it is about. */
export function namingOperation<T>(operation: string, execute: () => T): T {
  try {
    return execute();
  } catch (error) {
    if (error instanceof Error)
      error.message = error.message.replace(/^Invalid TF_Status: \d+\nMessage: /, `${operation}: `);
    throw error;
  }
}

/** Types of tensors, where a text among attributes could be one. */
const tensorTypes = new Set(["float32", "int32", "bool", "string", "complex64"]);

/** Runs `run`, whose results no gradient is taken of. */
export function offTape<T>(run: () => T): T {
  const { state } = tf.engine();
  // So that the engine takes what it is asked for as part of one operation.
  state.kernelDepth++;
  try {
    return run();
  } finally {
    state.kernelDepth--;
  }
}

/**
 * Runs a TensorFlow operation that TensorFlow.js has no name for. It has no gradient.
 *
 * @param attributes types (`"float32"`), other texts, float numbers, whole numbers as bigint, lists of them as numbers, and
 *   switches
 * @param inputs a bigint stands for an int64 scalar, which TensorFlow.js has no tensors for
 */
export function runNative(
  op: string,
  attributes: Record<string, string | boolean | number | bigint | number[]>,
  inputs: (Tensor | bigint)[],
  outputs: number,
): Tensor[] {
  const backend = tf.backend() as unknown as NativeBackend;
  const { binding } = backend;
  const values = Object.entries(attributes).map(([name, value]) => {
    if (typeof value === "boolean") return { name, type: binding.TF_ATTR_BOOL, value };
    if (typeof value === "number") return { name, type: binding.TF_ATTR_FLOAT, value };
    if (typeof value === "bigint") return { name, type: binding.TF_ATTR_INT, value: Number(value) };
    if (typeof value !== "string") return { name, type: binding.TF_ATTR_INT, value };
    return tensorTypes.has(value)
      ? { name, type: binding.TF_ATTR_TYPE, value: backend.getDTypeInteger(value) }
      : { name, type: binding.TF_ATTR_STRING, value };
  });
  const scalars: number[] = [];
  const ids = inputs.map((input) => {
    if (typeof input !== "bigint") return backend.getInputTensorIds([input])[0]!;
    const words = new Int32Array(BigInt64Array.of(input).buffer);
    const id = binding.createTensor([], binding.TF_INT64, words);
    scalars.push(id);
    return id;
  });
  try {
    const made = namingOperation(op, () => binding.executeOp(op, values, ids, outputs));
    return made.map((metadata) => backend.createOutputTensor(metadata));
  } finally {
    for (const id of scalars) binding.deleteTensor(id);
  }
}

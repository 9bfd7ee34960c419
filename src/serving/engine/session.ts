import { nativeBackend, type Binding, type TensorMetadata } from "../../tfjs/backend.js";
import { namingOperation } from "../../tfjs/native.js";
import { valuesOf } from "../json/value-buffer.js";
import { invalid } from "../status.js";
import {
  bytesOfTexts,
  textsOf,
  typeInfo,
  typeOfNumber,
  types,
  type Signature,
  type Tensor,
} from "../tensors.js";

/** Types of which the binding makes tensors from typed arrays, and those that it reads back. */
const fed = new Set(["float", "int32", "int64", "uint8", "bool", "string"]);
const fetched = new Set(["float", "int32", "int64", "bool", "string"]);

/** A SavedModel that TensorFlow has loaded. It is run without TensorFlow.js's tensors, which would cost more than a small model. */
export class Session {
  readonly #binding: Binding;
  readonly #id: number;

  constructor(folder: string, tags: readonly string[]) {
    this.#binding = nativeBackend().binding;
    this.#id = namingOperation("loadSavedModel", () => this.#binding.loadSavedModel(folder, tags.join()));
  }

  /** @throws ServingError for inputs that the graph refuses */
  run(signature: Signature, inputs: Record<string, Tensor>): Record<string, Tensor> {
    const names = Object.keys(signature.inputs);
    const outputs = Object.entries(signature.outputs);
    const handles = names.map((name) => this.#feed(inputs[name]!));
    try {
      const feeds = names.map((name) => signature.inputs[name]!.tensor).join();
      const fetches = outputs.map(([, { tensor }]) => tensor).join();
      const made = this.#runGraph(handles, feeds, fetches);
      return Object.fromEntries(outputs.map(([name], i) => [name, this.#fetch(made[i]!)]));
    } finally {
      for (const handle of handles) this.#binding.deleteTensor(handle);
    }
  }

  #runGraph(handles: number[], feeds: string, fetches: string): TensorMetadata[] {
    try {
      return this.#binding.runSavedModel(this.#id, handles, feeds, fetches);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw invalid(error.message.replace(/^Session fail to run with error: /, ""));
    }
  }

  #feed({ dtype, shape, bytes }: Tensor): number {
    const binding = this.#binding;
    const { number, size } = typeInfo(dtype);
    if (dtype === "string") return binding.createTensor(shape, number, textsOf(bytes));
    if (dtype === "int64") {
      // The binding takes the halves of an int64.
      const own = valuesOf("int32", bytes.byteOffset % 8 === 0 ? bytes : bytes.slice());
      return binding.createTensor(shape, number, own);
    }
    if (fed.has(dtype)) return binding.createTensor(shape, number, valuesOf(dtype, bytes));
    const raw = binding.createTensor(size === 1 ? shape : [...shape, size], types.uint8.number, bytes);
    return this.#cast("Bitcast", raw, types.uint8.number, number, "type").id;
  }

  #fetch({ id, shape, dtype: number }: TensorMetadata): Tensor {
    const binding = this.#binding;
    const dtype = typeOfNumber(number);
    try {
      if (!dtype)
        throw new Error(`The model gave a tensor of TensorFlow's type ${number}, which is not served.`);
      if (dtype === "string")
        return { dtype, shape, bytes: bytesOfTexts(binding.tensorDataSync(id) as unknown as Uint8Array[]) };
      if (fetched.has(dtype)) return { dtype, shape, bytes: bytesOf(binding.tensorDataSync(id)) };
      const isWide = typeInfo(dtype).size >= 4;
      const readable = this.#cast(
        isWide ? "Bitcast" : "Cast",
        id,
        number,
        types.int32.number,
        isWide ? "type" : "DstT",
      );
      const values = binding.tensorDataSync(readable.id) as Int32Array;
      binding.deleteTensor(readable.id);
      if (isWide) return { dtype, shape, bytes: bytesOf(values) };
      const narrow = valuesOf(dtype, new Uint8Array(values.length * typeInfo(dtype).size));
      (narrow as Int16Array).set(values);
      return { dtype, shape, bytes: bytesOf(narrow) };
    } finally {
      if (dtype && fetched.has(dtype)) binding.deleteTensor(id);
    }
  }

  /** Casts a tensor and frees it. */
  #cast(op: string, id: number, from: number, to: number, target: string): TensorMetadata {
    const binding = this.#binding;
    const type = binding.TF_ATTR_TYPE;
    const source = op === "Cast" ? "SrcT" : "T";
    const attributes = [
      { name: source, type, value: from },
      { name: target, type, value: to },
    ];
    try {
      return binding.executeOp(op, attributes, [id], 1)[0]!;
    } finally {
      binding.deleteTensor(id);
    }
  }

  dispose(): void {
    this.#binding.deleteSavedModel(this.#id);
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

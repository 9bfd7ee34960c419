import { readFileSync } from "node:fs";
import path from "node:path";
import protobuf from "protobufjs/minimal.js";
import { typeOfNumber, type Signature, type TensorInfo } from "../tensors.js";

/** What can be called in a SavedModel, and the tags under which TensorFlow finds it. */
export interface SavedModelContent {
  tags: string[];
  signatures: Record<string, Signature>;
}

/**
 * Reads the signatures of a SavedModel, and nothing else of it.
 *
 * @throws Error if there is nothing to serve
 */
export function readSignatures(folder: string): SavedModelContent {
  const file = path.join(folder, "saved_model.pb");
  const graphs: SavedModelContent[] = [];
  // SavedModel { meta_graphs = 2 }
  fields(readFileSync(file), file, { 2: (bytes) => graphs.push(readMetaGraph(bytes, file)) });
  const served = graphs.find(({ tags }) => tags.includes("serve"));
  if (!served)
    throw new Error(
      `${folder} has no graph with the tag "serve", only ${JSON.stringify(graphs.map(({ tags }) => tags))}. Export the model with model.export(folder) or tf.saved_model.save.`,
    );
  if (Object.keys(served.signatures).length === 0)
    throw new Error(
      `${folder} has no signature that can be served. Export the model with model.export(folder), or give tf.saved_model.save signatures.`,
    );
  return served;
}

/** MetaGraphDef { meta_info_def = 1 { tags = 4 }, signature_def = 5 } */
function readMetaGraph(bytes: Uint8Array, file: string): SavedModelContent {
  const content: SavedModelContent = { tags: [], signatures: {} };
  fields(bytes, file, {
    1: (info) => fields(info, file, { 4: (tag) => content.tags.push(text(tag)) }),
    5: (entry) => {
      const [name, value] = mapEntry(entry, file);
      const signature = readSignature(value, file);
      // What TensorFlow runs itself when it loads the model.
      if (!name.startsWith("__saved_model") && signature) content.signatures[name] = signature;
    },
  });
  return content;
}

/** SignatureDef { inputs = 1, outputs = 2, method_name = 3 }; undefined where a type cannot be served. */
function readSignature(bytes: Uint8Array, file: string): Signature | undefined {
  const signature: Signature = { inputs: {}, outputs: {}, method: "" };
  let isServable = true;
  const add = (to: Record<string, TensorInfo>) => (entry: Uint8Array) => {
    const [name, value] = mapEntry(entry, file);
    const info = readTensorInfo(value, file);
    if (info) to[name] = info;
    else isServable = false;
  };
  fields(bytes, file, {
    1: add(signature.inputs),
    2: add(signature.outputs),
    3: (name) => (signature.method = text(name)),
  });
  return isServable && Object.keys(signature.outputs).length > 0 ? signature : undefined;
}

/** TensorInfo { name = 1, dtype = 2, tensor_shape = 3 { dim = 2 { size = 1 }, unknown_rank = 3 } } */
function readTensorInfo(bytes: Uint8Array, file: string): TensorInfo | undefined {
  let tensor = "";
  let number = 0;
  let shape: number[] | undefined = [];
  fields(bytes, file, {
    1: (name) => (tensor = text(name)),
    2: (value) => (number = Number(value)),
    3: (value) =>
      fields(value, file, {
        2: (dimension) => {
          let size = 0;
          fields(dimension, file, { 1: (length) => (size = Number(length)) });
          shape?.push(size);
        },
        3: (unknown) => (shape = Number(unknown) === 1 ? undefined : shape),
      }),
  });
  const dtype = typeOfNumber(number);
  return dtype && tensor !== "" ? { dtype, shape, tensor } : undefined;
}

function mapEntry(bytes: Uint8Array, file: string): [string, Uint8Array] {
  let [key, value] = ["", new Uint8Array(0)];
  fields(bytes, file, { 1: (name) => (key = text(name)), 2: (message) => (value = message) });
  return [key, value];
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");

/** Calls the reader of each field that has one, with its bytes, or with a text of its number. */
function fields(bytes: Uint8Array, file: string, readers: Record<number, (value: never) => void>): void {
  const reader = protobuf.Reader.create(bytes);
  try {
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      const read = readers[tag >>> 3] as ((value: unknown) => void) | undefined;
      if (!read) reader.skipType(tag & 7);
      else if ((tag & 7) === 2) read(reader.bytes());
      else {
        const value: unknown = reader.int64();
        read(String(value));
      }
    }
  } catch (error) {
    if (!(error instanceof RangeError) && !/invalid wire type|wire type/.test((error as Error).message))
      throw error;
    throw new Error(`${file} is damaged or no SavedModel: copy it again, or export the model again.`, {
      cause: error,
    });
  }
}

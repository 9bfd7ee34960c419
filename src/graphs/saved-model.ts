import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import protobuf from "protobufjs/minimal.js";
import type { AttributeList, AttributeValue, Graph, GraphNode, TensorValue } from "./graph.js";
import { FIXED32, tag, VARINT, writeMessage, type Fields } from "./protocol-buffers.js";

/** The GraphDef version of TensorFlow 2.9, the oldest that tfjs-node 4.22 links to; newer ones read it. */
const graphVersion = 1087;

/** A tensor that a signature names. */
export interface SignatureTensor {
  /** The graph's tensor, `name:index`. */
  tensor: string;
  dtype: number;
  /** -1 for a dimension of any size. */
  shape: readonly number[];
}

/** What a served model takes and gives. */
export interface Signature {
  inputs: Record<string, SignatureTensor>;
  outputs: Record<string, SignatureTensor>;
}

/*
 * The parts of TensorFlow's protocol buffers that describe a graph without functions. The field numbers are those of
 * tensorflow/core/protobuf/{saved_model,meta_graph}.proto and tensorflow/core/framework/*.proto. They are written one by
 * one, because to read a schema and make code of it takes longer than the rest of a model's first step in JavaScript.
 */
/** A map from names, which is a list of messages of a name and a value. */
function writeMap<T>(
  to: protobuf.Writer,
  field: number,
  map: Record<string, T>,
  write: (value: T) => Fields,
): void {
  for (const [name, value] of Object.entries(map))
    writeMessage(to, field, () => {
      tag(to, 1).string(name);
      writeMessage(to, 2, write(value));
    });
}

const shapeFields =
  (shape: readonly number[]): Fields =>
  (to) => {
    for (const size of shape) writeMessage(to, 2, () => tag(to, 1, VARINT).int64(size));
  };

const tensorFields =
  ({ dtype, shape, bytes }: TensorValue): Fields =>
  (to) => {
    tag(to, 1, VARINT).int32(dtype);
    writeMessage(to, 2, shapeFields(shape));
    tag(to, 4).bytes(bytes);
  };

const listFields =
  ({ i = [], f = [], b = [], type = [] }: AttributeList): Fields =>
  (to) => {
    if (i.length > 0) writeMessage(to, 3, () => i.forEach((value) => to.int64(value)));
    if (f.length > 0) writeMessage(to, 4, () => f.forEach((value) => to.float(value)));
    if (b.length > 0) writeMessage(to, 5, () => b.forEach((value) => to.bool(value)));
    if (type.length > 0) writeMessage(to, 6, () => type.forEach((value) => to.int32(value)));
  };

const attributeFields =
  (value: AttributeValue): Fields =>
  (to) => {
    if ("list" in value) writeMessage(to, 1, listFields(value.list));
    else if ("s" in value) tag(to, 2).string(value.s);
    else if ("i" in value) tag(to, 3, VARINT).int64(value.i);
    else if ("f" in value) tag(to, 4, FIXED32).float(value.f);
    else if ("b" in value) tag(to, 5, VARINT).bool(value.b);
    else if ("type" in value) tag(to, 6, VARINT).int32(value.type);
    else if ("shape" in value) writeMessage(to, 7, shapeFields(value.shape));
    else writeMessage(to, 8, tensorFields(value.tensor));
  };

const nodeFields =
  ({ name, op, inputs, attributes }: GraphNode): Fields =>
  (to) => {
    tag(to, 1).string(name);
    tag(to, 2).string(op);
    for (const input of inputs) tag(to, 3).string(input);
    writeMap(to, 5, attributes, attributeFields);
  };

const graphFields =
  (graph: Graph): Fields =>
  (to) => {
    for (const node of graph.nodes) writeMessage(to, 1, nodeFields(node));
    writeMessage(to, 4, () => tag(to, 1, VARINT).int32(graphVersion));
  };

const signatureTensorFields =
  ({ tensor, dtype, shape }: SignatureTensor): Fields =>
  (to) => {
    tag(to, 1).string(tensor);
    tag(to, 2, VARINT).int32(dtype);
    writeMessage(to, 3, shapeFields(shape));
  };

const signatureFields =
  ({ inputs, outputs }: Signature): Fields =>
  (to) => {
    writeMap(to, 1, inputs, signatureTensorFields);
    writeMap(to, 2, outputs, signatureTensorFields);
    tag(to, 3).string("tensorflow/serving/predict");
  };

/**
 * Writes a graph as a SavedModel with the tag `serve`.
 *
 * @param directory where `saved_model.pb` goes; made if it is missing
 * @param signatures by name; `serving_default` is what TensorFlow Serving calls
 */
export function writeSavedModel(
  graph: Graph,
  directory: string,
  signatures: Record<string, Signature> = {},
): void {
  const to = protobuf.Writer.create();
  tag(to, 1, VARINT).int64(1);
  writeMessage(to, 2, () => {
    writeMessage(to, 1, () => tag(to, 4).string("serve"));
    writeMessage(to, 2, graphFields(graph));
    writeMap(to, 5, signatures, signatureFields);
  });
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "saved_model.pb"), to.finish());
}

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import protobuf from "protobufjs";
import type { AttributeValue, Graph, TensorValue } from "./graph.js";

/**
 * The parts of TensorFlow's protocol buffers that describe a graph without functions. The field numbers are those of
 * tensorflow/core/protobuf/{saved_model,meta_graph}.proto and tensorflow/core/framework/*.proto.
 */
const schema = `
syntax = "proto3";
message SavedModel { int64 saved_model_schema_version = 1; repeated MetaGraph meta_graphs = 2; }
message MetaGraph { MetaInfo meta_info_def = 1; Graph graph_def = 2; map<string, Signature> signature_def = 5; }
message MetaInfo { repeated string tags = 4; }
message Signature { map<string, TensorInfo> inputs = 1; map<string, TensorInfo> outputs = 2; string method_name = 3; }
message TensorInfo { string name = 1; int32 dtype = 2; Shape tensor_shape = 3; }
message Graph { repeated Node node = 1; Versions versions = 4; }
message Versions { int32 producer = 1; }
message Node { string name = 1; string op = 2; repeated string input = 3; map<string, Attribute> attr = 5; }
message Attribute {
  oneof value {
    List list = 1; bytes s = 2; int64 i = 3; float f = 4; bool b = 5; int32 type = 6; Shape shape = 7; Tensor tensor = 8;
  }
}
message List { repeated int64 i = 3; repeated float f = 4; repeated bool b = 5; repeated int32 type = 6; }
message Shape { message Dim { int64 size = 1; } repeated Dim dim = 2; }
message Tensor { int32 dtype = 1; Shape tensor_shape = 2; bytes tensor_content = 4; }
`;

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

let messageType: protobuf.Type | undefined;

function savedModelType(): protobuf.Type {
  messageType ??= protobuf.parse(schema, { keepCase: true }).root.lookupType("SavedModel");
  return messageType;
}

const encodeShape = (shape: readonly number[]): object => ({ dim: shape.map((size) => ({ size })) });

const encodeTensor = (value: TensorValue): object => ({
  dtype: value.dtype,
  tensor_shape: encodeShape(value.shape),
  tensor_content: value.bytes,
});

function encodeAttribute(value: AttributeValue): object {
  if ("shape" in value) return { shape: encodeShape(value.shape) };
  if ("tensor" in value) return { tensor: encodeTensor(value.tensor) };
  if ("s" in value) return { s: new TextEncoder().encode(value.s) };
  return value;
}

const encodeSignatureTensors = (tensors: Record<string, SignatureTensor>): object =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, { tensor, dtype, shape }]) => [
      name,
      { name: tensor, dtype, tensor_shape: encodeShape(shape) },
    ]),
  );

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
  const message = {
    saved_model_schema_version: 1,
    meta_graphs: [
      {
        meta_info_def: { tags: ["serve"] },
        graph_def: {
          node: graph.nodes.map((node) => ({
            name: node.name,
            op: node.op,
            input: node.inputs,
            attr: Object.fromEntries(
              Object.entries(node.attributes).map(([name, value]) => [name, encodeAttribute(value)]),
            ),
          })),
          versions: { producer: graphVersion },
        },
        signature_def: Object.fromEntries(
          Object.entries(signatures).map(([name, { inputs, outputs }]) => [
            name,
            {
              inputs: encodeSignatureTensors(inputs),
              outputs: encodeSignatureTensors(outputs),
              method_name: "tensorflow/serving/predict",
            },
          ]),
        ),
      },
    ],
  };
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "saved_model.pb"), savedModelType().encode(message).finish());
}

import { dataType } from "../tfjs/backend.js";
import { randomUUID } from "node:crypto";
import { mkdirSync, renameSync, rmdirSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { LayersModel, SymbolicTensor, Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../tfjs/native.js";
import { withoutOwnOperations } from "../tfjs/own-operations.js";
import { bytesOf, Graph, nodeOf, type AttributeValue, type GraphNode, type TensorValue } from "./graph.js";
import { record } from "./recorder.js";
import type { Recording } from "./recording.js";
import { prune } from "./rewrite.js";
import { writeSavedModel, type Signature, type SignatureTensor } from "./saved-model.js";
import { writeWarmUp } from "./warm-up.js";

/** Inference is recorded with both batch sizes: what differs between the recordings depends on the batch. */
const [small, large] = [2, 3] as const;

/**
 * Writes a model's inference as a SavedModel for TensorFlow and TensorFlow Serving: with its weights, any batch size, and
 * the signature `serving_default`, whose inputs and outputs have the names of the model's.
 *
 * @param model a built model; it stays as it is
 * @param directory where `saved_model.pb` goes; made if it is missing
 * @param options.warmUp batch sizes that TensorFlow Serving runs once before it says that the model is available, so that the first
 *   client does not wait; default: none
 * @throws Error if a layer reads tensors in JavaScript, or its operations depend on the batch size in an unknown way
 * @example
 * exportSavedModel(model, "served/mnist/1");
 * // Python: tf.saved_model.load("served/mnist/1").signatures["serving_default"]
 */
export function exportSavedModel(
  model: LayersModel,
  directory: string,
  { warmUp = [] }: { warmUp?: readonly number[] } = {},
): void {
  const recording = recordInference(model, small);
  const graph = anyBatchSize(recording, recordInference(model, large));
  const signature = (names: string[], tensors: string[], symbolic: SymbolicTensor[]) =>
    Object.fromEntries(
      names.map((name, i): [string, SignatureTensor] => {
        const { dtype } = recording.shapes.get(tensors[i]!)!;
        const shape = [-1, ...symbolic[i]!.shape.slice(1).map((size) => size ?? -1)];
        return [name, { tensor: tensors[i]!, dtype, shape }];
      }),
    );
  const temporary = path.join(directory, `.${randomUUID()}`);
  mkdirSync(directory, { recursive: true });
  const served: Signature = {
    inputs: signature(model.inputNames, recording.inputs, model.inputs),
    outputs: signature(model.outputNames, recording.outputs, model.outputs),
  };
  writeSavedModel(prune(graph, [...recording.inputs, ...recording.outputs]), temporary, {
    serving_default: served,
  });
  if (warmUp.length > 0) writeWarmUp(directory, served, warmUp);
  renameSync(path.join(temporary, "saved_model.pb"), path.join(directory, "saved_model.pb"));
  rmdirSync(temporary);
}

function recordInference(model: LayersModel, batchSize: number): Recording {
  const inputs = model.inputs.map(({ shape, dtype }) =>
    tf.zeros([batchSize, ...shape.slice(1).map((size) => size ?? 1)], dtype),
  );
  const infer = () =>
    tf.tidy(() => [model.apply(inputs.length === 1 ? inputs[0]! : inputs) as Tensor | Tensor[]].flat());
  // Who loads the file has TensorFlow's operations, not ours.
  const { outputs, recording } = withoutOwnOperations(() => record(infer, inputs));
  tf.dispose([inputs, outputs]);
  if (recording.obstacle !== undefined) {
    throw new Error(`exportSavedModel: the model has no graph: ${recording.obstacle}.`);
  }
  if (recording.variables.some(({ update }) => update !== undefined)) {
    throw new Error(
      "exportSavedModel: inference changes a variable, as a layer does that draws new random numbers each time. Give it a seed, or leave it out.",
    );
  }
  return recording;
}

const tensorOf = ({ op, attributes }: GraphNode): TensorValue | undefined => {
  const value = attributes["value"];
  return op === "Const" && value && "tensor" in value ? value.tensor : undefined;
};

/** The graph of the first recording, with the weights as constants, and computing what depends on the batch size. */
function anyBatchSize(first: Recording, second: Recording): Graph {
  const graph = new Graph();
  const weights = new Map(first.variables.map((one) => [nodeOf(one.read), one]));
  const batch = batchSizeOf(graph, first);
  first.graph.nodes.forEach((node, i) => {
    const other = second.graph.nodes[i];
    const weight = weights.get(node.name);
    const [here, there] = [tensorOf(node), other && tensorOf(other)];
    if (first.inputs.includes(`${node.name}:0`) || node.op === "VarHandleOp") return;
    if (weight) {
      const values = weight.variable.dataSync();
      const { dtype, variable } = weight;
      graph.constant({ dtype, shape: variable.shape, bytes: bytesOf(values) }, node.name);
    } else if (here && there && !isDeepStrictEqual(here, there)) {
      batch.scaled(here, there, node.name);
    } else if (other && isDeepStrictEqual(node, other)) {
      graph.add(node.op, node.inputs, node.attributes, node.name);
    } else {
      throw new Error(`exportSavedModel: the operation ${node.name} depends on the batch size.`);
    }
  });
  return graph;
}

/** Adds the inputs to a graph, and makes constants of it that grow with the batch. */
function batchSizeOf(graph: Graph, recording: Recording) {
  for (const input of recording.inputs) {
    const { shape, dtype } = recording.shapes.get(input)!;
    graph.placeholder(dtype, [-1, ...shape.slice(1)], nodeOf(input));
  }
  const T: AttributeValue = { type: dataType.int32 };
  const float: AttributeValue = { type: dataType.float };
  const int = (...values: number[]) =>
    graph.constant(
      {
        dtype: dataType.int32,
        shape: [values.length],
        bytes: new Uint8Array(Int32Array.from(values).buffer),
      },
      "batch/number",
    );
  const inputType = { type: recording.shapes.get(recording.inputs[0]!)!.dtype };
  const shape = graph.add("Shape", [recording.inputs[0]!], { T: inputType, out_type: T }, "batch/shape");
  const size = graph.add("Slice", [shape, int(0), int(1)], { T, Index: T }, "batch/size");

  /** A vector of sizes, those that differ being multiples of the batch size. */
  const sizes = (here: ArrayLike<number>, there: ArrayLike<number>, name: string): string => {
    const parts = Array.from(here, (value, i) => {
      if (value === there[i]) return int(value);
      if (value * large !== there[i]! * small)
        throw new Error(`exportSavedModel: ${name} is no multiple of the batch.`);
      return graph.add("Mul", [size, int(value / small)], { T }, "batch/multiple");
    });
    const attributes = { N: { i: parts.length }, T, Tidx: T };
    const axis = graph.constant({ dtype: dataType.int32, shape: [], bytes: new Uint8Array(4) }, "batch/axis");
    // ConcatV2 takes two parts or more.
    if (parts.length === 1) return graph.add("Identity", parts, { T }, name);
    return graph.add("ConcatV2", [...parts, axis], attributes, name);
  };

  const integers = ({ bytes }: TensorValue) => new Int32Array(bytes.slice().buffer);
  const floats = ({ bytes }: TensorValue) => new Float32Array(bytes.slice().buffer);

  return {
    /** Adds under `name` what is the constant `here` for a small batch and `there` for a large one. */
    scaled(here: TensorValue, there: TensorValue, name: string): void {
      const values = floats(here);
      if (
        here.dtype === dataType.int32 &&
        here.shape.length === 1 &&
        isDeepStrictEqual(here.shape, there.shape)
      ) {
        sizes(integers(here), integers(there), name);
      } else if (
        here.dtype === dataType.float &&
        [...values, ...floats(there)].every((n) => n === values[0])
      ) {
        const filled = sizes(here.shape, there.shape, `${name}/shape`);
        const value = graph.constant(
          { dtype: here.dtype, shape: [], bytes: here.bytes.slice(0, 4) },
          `${name}/value`,
        );
        graph.add("Fill", [filled, value], { T: float, index_type: T }, name);
      } else {
        throw new Error(
          `exportSavedModel: the constant ${name} depends on the batch size in an unknown way.`,
        );
      }
    },
  };
}

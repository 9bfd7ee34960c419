import type * as Tf from "@tensorflow/tfjs";
import { tf } from "../../keras/load.js";
import { valuesOf } from "../json/value-buffer.js";
import type { DataType, Signature, Tensor, TensorInfo } from "../tensors.js";
import type { Tensors } from "./runner.js";

/** A model that has no graph, or TensorFlow no native library: run by its own `predict`. */
export class LayersRunner {
  readonly signatures: Record<string, Signature>;

  constructor(private readonly model: Tf.LayersModel) {
    const describe = (names: string[], tensors: Tf.SymbolicTensor[]): Record<string, TensorInfo> =>
      Object.fromEntries(
        names.map((name, i): [string, TensorInfo] => {
          const { shape, dtype } = tensors[i]!;
          const sizes = [-1, ...shape.slice(1).map((size) => size ?? -1)];
          return [name, { dtype: typeOf(dtype), shape: sizes, tensor: `${name}:0` }];
        }),
      );
    this.signatures = {
      serving_default: {
        inputs: describe(model.inputNames, model.inputs),
        outputs: describe(model.outputNames, model.outputs),
        method: "tensorflow/serving/predict",
      },
    };
  }

  run(inputs: Tensors): Tensors {
    const { inputNames, outputNames } = this.model;
    const results: Tensors = {};
    tf.tidy(() => {
      const tensors = inputNames.map((name) => toTensor(inputs[name]!));
      const outputs = [this.model.predict(tensors, { batchSize: tensors[0]!.shape[0] })].flat();
      for (const [i, name] of outputNames.entries()) results[name] = fromTensor(outputs[i]!);
    });
    return results;
  }
}

const typeOf = (dtype: Tf.DataType): DataType => (dtype === "float32" ? "float" : (dtype as DataType));

function toTensor({ dtype, shape, bytes }: Tensor): Tf.Tensor {
  if (dtype === "float") return tf.tensor(valuesOf(dtype, bytes) as Float32Array, shape, "float32");
  if (dtype === "int32") return tf.tensor(valuesOf(dtype, bytes) as Int32Array, shape, "int32");
  if (dtype === "bool") return tf.tensor(valuesOf(dtype, bytes) as Uint8Array, shape, "bool");
  throw new Error(`A model without a graph takes no ${dtype}.`);
}

function fromTensor(tensor: Tf.Tensor): Tensor {
  const { buffer, byteOffset, byteLength } = tensor.dataSync();
  return {
    dtype: typeOf(tensor.dtype),
    shape: tensor.shape,
    bytes: new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength),
  };
}

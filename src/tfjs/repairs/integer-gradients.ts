import type { DataType, Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../native.js";

type Inputs = Record<string, Tensor>;
interface Engine {
  addTapeNode(
    kernelName: string,
    inputs: Inputs,
    outputs: Tensor[],
    gradient: (() => object) | undefined,
    ...others: unknown[]
  ): void;
}

const isStepwise = (type: DataType): boolean => ["bool", "int32", "string"].includes(type);

/**
 * What is a whole number, a truth value or a text does not change by little: its gradient is 0, or none in TensorFlow.
 * In tfjs-core 4.22 one went through `tf.cast(x, "int32")` as if that were `x`, and "gradient function not found" ended
 * training where a condition was made by `tf.any`, `tf.all` or `tf.logicalAnd`.
 */
export function repairIntegerGradients(): void {
  const engine = Object.getPrototypeOf(tf.engine()) as Engine;
  const { addTapeNode } = engine;
  engine.addTapeNode = function (kernelName, inputs, outputs, gradient, ...others) {
    const zeros = outputs.every(({ dtype }) => isStepwise(dtype)) ? () => zerosFor(inputs) : undefined;
    // The gradient of a kernel's name goes before the one that is given.
    const isRounding = kernelName === "Cast" && zeros && !isStepwise(inputs["x"]!.dtype);
    const name = isRounding ? "CastToInteger" : kernelName;
    addTapeNode.call(this, name, inputs, outputs, gradient ?? zeros, ...others);
  };
}

const zerosFor = (inputs: Inputs): Record<string, () => Tensor> =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => [name, () => tf.zeros(input.shape, "float32")]),
  );

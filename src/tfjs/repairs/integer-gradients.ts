import type { DataType, Tensor } from "@tensorflow/tfjs-node";
import { enginePrototype } from "../internals.js";
import { tf } from "../native.js";
import { patch } from "../patch.js";

type Inputs = Record<string, Tensor>;
const isStepwise = (type: DataType): boolean => ["bool", "int32", "string"].includes(type);

/**
 * What is a whole number, a truth value or a text does not change by little: its gradient is 0, or none in TensorFlow.
 * In tfjs-core 4.22 one went through `tf.cast(x, "int32")` as if that were `x`, and "gradient function not found" ended
 * training where a condition was made by `tf.any`, `tf.all` or `tf.logicalAnd`.
 */
export function repairIntegerGradients(): void {
  patch(enginePrototype(), "addTapeNode", {
    name: "integer gradients",
    after: ["second gradients"],
    why: "a gradient goes through whole numbers as if they were not rounded, and ends training at conditions",
    wrap: (addTapeNode) =>
      function (kernelName, inputs, outputs, gradient, saved, attributes) {
        const zeros = outputs.every(({ dtype }) => isStepwise(dtype)) ? () => zerosFor(inputs) : undefined;
        // The gradient of a kernel's name goes before the one that is given.
        const isRounding = kernelName === "Cast" && zeros && !isStepwise(inputs["x"]!.dtype);
        const name = isRounding ? "CastToInteger" : kernelName;
        addTapeNode.call(this, name, inputs, outputs, gradient ?? zeros, saved, attributes);
      },
  });
}

const zerosFor = (inputs: Inputs): Record<string, () => Tensor> =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => [name, () => tf.zeros(input.shape, "float32")]),
  );

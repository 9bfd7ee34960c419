import { enginePrototype } from "../internals.js";
import { tf } from "../native.js";
import { patch } from "../patch.js";

/**
 * TensorFlow.js takes the shape of nested arrays from the first of each and does not look at the others
 * (`inferShape` in tfjs-core/src/tensor_util_env.ts, outside of debug mode): a tensor with fewer numbers than its shape has.
 */
export function repairRaggedArrays(): void {
  patch(enginePrototype(), "makeTensor", {
    name: "ragged arrays",
    why: "nested arrays of unequal lengths make a tensor with fewer numbers than its shape has",
    wrap: (makeTensor) =>
      function (values, shape, dtype, backend) {
        const size = tf.util.sizeFromShape(shape);
        if (values && values.length !== size && dtype !== "complex64") {
          throw new RangeError(
            `A tensor of the shape [${shape.join(", ")}] has ${size} numbers, but ${values.length} were given: in nested arrays, ` +
              "all of a level must have the same length.",
          );
        }
        return makeTensor.call(this, values, shape, dtype, backend);
      },
  });
}

import { tf } from "../native.js";

interface OpenEngine {
  makeTensor(
    values: ArrayLike<unknown> | null,
    shape: number[],
    dtype?: string,
    ...others: unknown[]
  ): unknown;
}

/**
 * TensorFlow.js takes the shape of nested arrays from the first of each and does not look at the others
 * (`inferShape` in tfjs-core/src/tensor_util_env.ts, outside of debug mode): a tensor with fewer numbers than its shape has.
 */
export function repairRaggedArrays(): void {
  const engine = Object.getPrototypeOf(tf.engine()) as OpenEngine;
  const { makeTensor } = engine;
  engine.makeTensor = function (values, shape, dtype, ...others) {
    const size = tf.util.sizeFromShape(shape);
    if (values && values.length !== size && dtype !== "complex64") {
      throw new RangeError(
        `A tensor of the shape [${shape.join(", ")}] has ${size} numbers, but ${values.length} were given: in nested arrays, ` +
          "all of a level must have the same length.",
      );
    }
    return makeTensor.call(this, values, shape, dtype, ...others);
  };
}

/**
 * Whole numbers of a wider type as int32, the only whole numbers of TensorFlow.js.
 *
 * @param name of the output that has them, for errors
 */
export function int32From(name: string, values: ArrayLike<number | bigint>, type: string): Int32Array {
  return Int32Array.from(values, (value) => {
    const number = Number(value);
    if (number >= -(2 ** 31) && number < 2 ** 31) return number;
    throw new RangeError(
      `Output ${name} has ${value}, of ${type}. Expected numbers that int32 holds, the only whole numbers here.`,
    );
  });
}

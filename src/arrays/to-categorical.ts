import type { Tensor2D } from "@tensorflow/tfjs";
import { toNdArray, type ArrayLike } from "./ndarray.js";
import { tf } from "../tfjs/native.js";

/**
 * Class indices as one-hot rows: `[0, 2]` becomes `[[1, 0, 0], [0, 0, 1]]`. As Keras's `to_categorical`
 * (https://keras.io/api/utils/python_utils/#to_categorical-function).
 *
 * @param labels Class indices `[n]` or `[n, 1]`: an array of a dataset, a JavaScript array or a tensor.
 * @param numClasses Number of classes; default: the highest index + 1.
 * @returns A float32 tensor `[n, numClasses]` that the caller disposes.
 * @throws RangeError for another shape, or labels that are not whole numbers in 0..numClasses-1.
 *
 * @example
 * toCategorical([0, 1, 2, 1]).print();
 */
export function toCategorical(labels: ArrayLike, numClasses?: number): Tensor2D {
  const { data, rank, shape } = toNdArray(labels);
  if (rank !== 1 && !(rank === 2 && shape[1] === 1)) {
    throw new RangeError(
      `toCategorical needs class indices [n], but got the shape [${shape.join(", ")}].` +
        (rank === 2 ? " These labels seem to be one-hot already." : ""),
    );
  }
  const classes = numClasses ?? Array.from(data).reduce((highest, label) => Math.max(highest, label), -1) + 1;
  const rows = new Float32Array(data.length * classes);
  data.forEach((label: number, n: number) => {
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new RangeError(
        `toCategorical: label number ${n} is ${label}, but with ${classes} classes labels are whole numbers ` +
          `from 0 to ${classes - 1}. Classes that start at 1 need label - 1.`,
      );
    }
    rows[n * classes + label] = 1;
  });
  return tf.tensor2d(rows, [data.length, classes]);
}

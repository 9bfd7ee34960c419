import type { Tensor2D } from "@tensorflow/tfjs-node";
import { nativeBackend, dataType, type Attribute } from "../tfjs/backend.js";
import { runsNatively, tf } from "../tfjs/native.js";
import { epsilon } from "./normalize.js";

/** What `fit` finds out about data `[n, height, width, channels]`. */
export interface FeatureStatistics {
  mean: number[] | null;
  std: number[] | null;
  whitening: Tensor2D | null;
}

/** With more numbers in a picture, the matrix would be larger than 400 MB. */
const mostWhitened = 10_000;

/** Mean and standard deviation of each channel. The numbers are changed by what is subtracted and divided. */
export function channelStatistics(
  data: Float32Array,
  channels: number,
  { center, divide }: { center: boolean; divide: boolean },
): Pick<FeatureStatistics, "mean" | "std"> {
  const count = data.length / channels;
  const each = (value: (i: number, channel: number) => number): number[] => {
    const sums = Array.from({ length: channels }, () => 0);
    for (let i = 0, c = 0; i < data.length; i++, c = c + 1 === channels ? 0 : c + 1) sums[c]! += value(i, c);
    return sums.map((sum) => sum / count);
  };
  const means = each((i) => data[i]!);
  const mean = center ? means.map(Math.fround) : null;
  const std = divide
    ? each((i, channel) => (data[i]! - means[channel]!) ** 2).map((value) => Math.fround(Math.sqrt(value)))
    : null;
  for (let i = 0, c = 0; i < data.length; i++, c = c + 1 === channels ? 0 : c + 1) {
    if (mean) data[i]! -= mean[c]!;
    if (std) data[i]! /= std[c]! + epsilon;
  }
  return { mean, std };
}

/**
 * The matrix of ZCA whitening, `[d, d]` for pictures of d numbers; who gets it disposes of it.
 *
 * @param rows the centred pictures, `[n, d]`
 * @throws RangeError if pictures are too large for it
 */
export function zcaMatrix(rows: Float32Array, n: number, zcaEpsilon: number): Tensor2D {
  const d = rows.length / n;
  if (d > mostWhitened)
    throw new RangeError(
      `zcaWhitening needs a matrix of ${d} x ${d} numbers for pictures of ${d}. Make them smaller, to ${mostWhitened} at most: ` +
        "56x56 in color.",
    );
  return tf.tidy(() => {
    const [singular, left] = decomposed(tf.transpose(tf.tensor2d(rows, [n, d])));
    const factors = tf.div(Math.sqrt(n), tf.add(singular, zcaEpsilon));
    return tf.matMul<Tensor2D>(tf.mul(left, factors), left, false, true);
  });
}

/** Singular values and left singular vectors. */
function decomposed(matrix: Tensor2D): [singular: Tensor2D, left: Tensor2D] {
  if (!runsNatively()) throw new Error("zcaWhitening needs native TensorFlow: npm run setup.");
  const backend = nativeBackend();
  const { binding } = backend;
  const attributes: Attribute[] = [
    { name: "T", type: binding.TF_ATTR_TYPE, value: dataType.float },
    { name: "compute_uv", type: binding.TF_ATTR_BOOL, value: true },
    { name: "full_matrices", type: binding.TF_ATTR_BOOL, value: false },
  ];
  const outputs = binding.executeOp("Svd", attributes, backend.getInputTensorIds([matrix]), 3);
  const [singular, left] = outputs.map((output) => backend.createOutputTensor(output) as Tensor2D);
  return [singular!, left!];
}

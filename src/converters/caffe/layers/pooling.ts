import type * as Tf from "@tensorflow/tfjs";
import { tf } from "../../../keras/load.js";
import type { CaffeLayer } from "../caffe-layer.js";
import { CaffePooling2D, outputSize, type Rounding } from "./caffe-pooling.js";
import { isSame, windowsOf, withKernel, type Pair } from "./windows.js";

/**
 * Pooling as Keras's layer where that has the same windows, else as one of our own.
 * https://caffe.berkeleyvision.org/tutorial/layers/pooling.html
 */
export function pooling(layer: CaffeLayer): Tf.SymbolicTensor {
  const { input, height, width } = layer.picture;
  const settings = layer.settings("pooling_param");
  const pool = settings.word("pool", ["MAX", "AVE", "STOCHASTIC"], "MAX");
  if (pool === "STOCHASTIC") layer.refuse("pools at random", "MAX or AVE");
  const sizes: Pair = [height, width];
  const given = windowsOf(layer, settings);
  const isGlobal = settings.flag("global_pooling", false);
  if (isGlobal && !given.kernel.includes(0)) {
    layer.refuse("has global_pooling and kernel_size", "one of them");
  }
  if (isGlobal && (given.pad.some(Boolean) || given.stride.some((size) => size !== 1))) {
    layer.refuse("has global_pooling, and pad or stride", "global_pooling alone");
  }
  const { kernel, stride, pad } = isGlobal ? { ...given, kernel: sizes } : withKernel(layer, given);
  if (pad.some((size, i) => size >= kernel[i]!)) {
    layer.refuse(`has a padding of ${pad.join(" x ")} for windows of ${kernel.join(" x ")}`, "less padding");
  }
  // `ceil_mode` is OpenCV's own name of it.
  const isFloor =
    settings.word("round_mode", ["CEIL", "FLOOR"], "CEIL") === "FLOOR" || !settings.flag("ceil_mode", true);
  const rounding: Rounding = isFloor ? "floor" : "ceil";
  const outputs = sizes.map((size, i) =>
    outputSize(size, kernel[i]!, stride[i]!, pad[i]!, rounding, pad.some(Boolean)),
  );
  if (outputs.some((size) => size < 1)) {
    layer.refuse(
      `has windows of ${kernel.join(" x ")} for pictures of ${height} x ${width}`,
      "smaller windows",
    );
  }
  // What the windows reach beyond the picture and its padding, below and on the right.
  const beyond = sizes.map((size, i) => (outputs[i]! - 1) * stride[i]! + kernel[i]! - size - 2 * pad[i]!);
  const isPadded = pad.some((size) => size > 0);
  const make = pool === "MAX" ? tf.layers.maxPooling2d : tf.layers.averagePooling2d;
  const windows = { poolSize: kernel, strides: stride };
  const isWithin = beyond.every((size) => size <= 0);
  if (isWithin && !isPadded) return layer.apply(({ name }) => make({ name, ...windows }), input);
  const same = sizes.every((size, i) => isSame(size, kernel[i]!, stride[i]!, pad[i]!, outputs[i]!));
  // TensorFlow's average leaves out padding, and Caffe's what is beyond it.
  if (same && (pool === "MAX" || !isPadded)) {
    return layer.apply(({ name }) => make({ name, ...windows, padding: "same" }), input);
  }
  if (isWithin && pool === "AVE") {
    const margins = pad.map((size) => [size, size]);
    const padded = layer.apply(
      ({ name }) => tf.layers.zeroPadding2d({ name, padding: margins as never }),
      input,
      "_padding",
    );
    return layer.apply(({ name }) => make({ name, ...windows }), padded);
  }
  const pools = pool === "MAX" ? "max" : "average";
  return layer.apply(
    ({ name }) => new CaffePooling2D({ name, ...windows, pool: pools, pad, rounding }),
    input,
  );
}

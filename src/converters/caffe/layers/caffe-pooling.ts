import type { Shape, Tensor4D } from "@tensorflow/tfjs-node";
import { type Config, type Inputs, only, onlyShape, type Shapes } from "../../../keras/layers/base.js";
import { tf } from "../../../keras/load.js";
import type { Pair } from "./windows.js";

export type Rounding = "ceil" | "floor";

interface PoolingArgs {
  name?: string;
  pool: "max" | "average";
  poolSize: Pair;
  strides: Pair;
  /** Of each side: rows, columns. */
  pad: Pair;
  rounding: Rounding;
}

/** How many windows Caffe has along an axis. */
export function outputSize(
  size: number,
  kernel: number,
  stride: number,
  pad: number,
  rounding: Rounding,
  isPadded: boolean,
): number {
  const count = Math[rounding]((size + 2 * pad - kernel) / stride) + 1;
  // The last window has to begin in the picture or the padding before it.
  return isPadded && (count - 1) * stride >= size + pad ? count - 1 : count;
}

/**
 * Pooling with the windows that Caffe has and Keras has not: rounded up, so that the last one may reach beyond the
 * padding, which an average counts and what is beyond it not.
 */
export class CaffePooling2D extends tf.layers.Layer {
  static readonly className = "CaffePooling2D";
  private readonly args: PoolingArgs;

  constructor(args: PoolingArgs) {
    super(args);
    this.args = args;
  }

  override call(inputs: Inputs): Inputs {
    return tf.tidy(() => {
      const input = only(inputs) as Tensor4D;
      const { pool, poolSize, strides, pad } = this.args;
      const sizes = input.shape.slice(1, 3) as Pair;
      const counts = this.counts(sizes);
      const after = [0, 1].map((i) =>
        Math.max((counts[i]! - 1) * strides[i]! + poolSize[i]! - sizes[i]! - pad[i]!, 0),
      ) as Pair;
      const margins: [Pair, Pair, Pair, Pair] = [[0, 0], [pad[0], after[0]], [pad[1], after[1]], [0, 0]]; // prettier-ignore
      if (pool === "max") {
        return tf.maxPool(tf.pad(input, margins, lowest), poolSize, strides, "valid");
      }
      const averages = tf.avgPool(tf.pad(input, margins), poolSize, strides, "valid");
      const [rows, columns] = [0, 1].map((i) => tf.tensor1d(this.shares(sizes[i]!, counts[i]!, i)));
      return tf.mul(averages, tf.mul(tf.reshape(rows!, [-1, 1, 1]), tf.reshape(columns!, [1, -1, 1])));
    });
  }

  /** By what an average over whole windows has to be multiplied, along one axis. */
  private shares(size: number, count: number, axis: number): number[] {
    const { poolSize, strides, pad } = this.args;
    return Array.from({ length: count }, (_, i) => {
      const start = i * strides[axis]! - pad[axis]!;
      const end = Math.min(start + poolSize[axis]!, size + pad[axis]!);
      return poolSize[axis]! / (end - start);
    });
  }

  private counts(sizes: Pair): Pair {
    const { poolSize, strides, pad, rounding } = this.args;
    const isPadded = pad.some((size) => size > 0);
    return sizes.map((size, i) =>
      outputSize(size, poolSize[i]!, strides[i]!, pad[i]!, rounding, isPadded),
    ) as Pair;
  }

  override computeOutputShape(shapes: Shapes): Shape {
    const [batch, height, width, channels] = onlyShape(shapes);
    return [batch!, ...this.counts([height!, width!]), channels!];
  }

  override getConfig(): Config {
    const { pool, poolSize, strides, pad, rounding } = this.args;
    return { ...super.getConfig(), pool, poolSize, strides, pad, rounding };
  }
}

/** Less than every number that a picture has. */
const lowest = -3.4028234663852886e38;

import type { Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import {
  axesOf,
  changed,
  type Config,
  type DataFormat,
  type Inputs,
  only,
  onlyShape,
  perAxis,
  type Shapes,
} from "./base.js";
import type { UpSamplingArgs } from "./types.cjs";
import { kerasForm } from "./keras-form.js";

/** Repeats each step, or each voxel, along each axis of space or time. */
abstract class UpSampling extends tf.layers.Layer {
  private readonly size: number[];
  private readonly dataFormat: DataFormat;

  constructor(
    args: UpSamplingArgs,
    private readonly rank: number,
  ) {
    super(args);
    this.size = perAxis(args.size ?? 2, rank);
    this.dataFormat = args.dataFormat ?? "channelsLast";
    this.inputSpec = [{ ndim: rank + 2 }];
  }

  override computeOutputShape(shapes: Shapes): Shapes {
    const { space } = axesOf(this.rank, this.dataFormat);
    return changed(onlyShape(shapes), space, (size, i) => size * this.size[i]!);
  }

  override call(inputs: Inputs): Inputs {
    const { space } = axesOf(this.rank, this.dataFormat);
    return tf.tidy(() => this.size.reduce((x, times, i) => repeat(x, times, space[i]!), only(inputs)));
  }

  override getConfig(): Config {
    const config = super.getConfig();
    return this.rank === 1
      ? { ...config, size: this.size[0]! }
      : { ...config, size: this.size, dataFormat: this.dataFormat };
  }
}

function repeat(x: Tensor, times: number, axis: number): Tensor {
  const inner = x.shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const repeated = tf.tile(tf.reshape(x, [-1, 1, inner]), [1, times, 1]);
  return tf.reshape(repeated, changed(x.shape, [axis], (size) => size * times) as number[]);
}

/** https://keras.io/api/layers/reshaping_layers/up_sampling1d/ */
export class UpSampling1D extends UpSampling {
  static readonly className = "UpSampling1D";
  static readonly form = kerasForm("size");
  constructor(args: UpSamplingArgs) {
    super(args, 1);
  }
}

/** https://keras.io/api/layers/reshaping_layers/up_sampling3d/ */
export class UpSampling3D extends UpSampling {
  static readonly className = "UpSampling3D";
  static readonly form = kerasForm("size data_format");
  constructor(args: UpSamplingArgs) {
    super(args, 3);
  }
}

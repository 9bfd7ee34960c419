import type { Shape, Tensor, layers } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { axesOf, type Config, type DataFormat } from "./base.js";
import type { SpatialDropoutArgs } from "./types.cjs";
import { kerasForm } from "./keras-form.js";

interface DropoutLayer extends layers.Layer {
  getNoiseShape(input: Tensor): Shape;
}

const Dropout = tf.layers.dropout({ rate: 0 }).constructor as new (args: object) => DropoutLayer;

/** Drops whole channels: Tompson et al., 2014, https://arxiv.org/abs/1411.4280 */
abstract class SpatialDropout extends Dropout {
  private readonly dataFormat: DataFormat;

  constructor(
    args: SpatialDropoutArgs,
    private readonly rank: number,
  ) {
    super(args);
    this.dataFormat = args.dataFormat ?? "channelsLast";
    this.inputSpec = [{ ndim: rank + 2 }];
  }

  override getNoiseShape({ shape }: Tensor): Shape {
    const { space } = axesOf(this.rank, this.dataFormat);
    return shape.map((size, axis) => (space.includes(axis) ? 1 : size));
  }

  override getConfig(): Config {
    const { noiseShape: _made, ...config } = super.getConfig();
    return { ...config, dataFormat: this.dataFormat };
  }
}

/** https://keras.io/api/layers/regularization_layers/spatial_dropout2d/ */
export class SpatialDropout2D extends SpatialDropout {
  static readonly className = "SpatialDropout2D";
  static readonly form = kerasForm("rate data_format seed", { untrainable: true });
  constructor(args: SpatialDropoutArgs) {
    super(args, 2);
  }
}

/** https://keras.io/api/layers/regularization_layers/spatial_dropout3d/ */
export class SpatialDropout3D extends SpatialDropout {
  static readonly className = "SpatialDropout3D";
  static readonly form = kerasForm("rate data_format seed", { untrainable: true });
  constructor(args: SpatialDropoutArgs) {
    super(args, 3);
  }
}

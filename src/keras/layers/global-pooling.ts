import type { Shape, Tensor, layers } from "@tensorflow/tfjs-node";
import { prototypeOf } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";
import {
  type CallArguments,
  axesOf,
  type Config,
  type DataFormat,
  type Inputs,
  only,
  onlyShape,
  type Shapes,
} from "./base.js";
import { addArguments } from "./extra-arguments.js";
import type { GlobalPooling3DArgs } from "./types.cjs";
import { kerasForm } from "./keras-form.js";

type Pool = (x: Tensor, axes: number[], keepdims: boolean) => Tensor;

function pooledShape(shape: Shape, space: number[], keepdims: boolean): Shape {
  return shape.flatMap((size, axis) => (space.includes(axis) ? (keepdims ? [1] : []) : [size]));
}

/** The mean or the maximum over all of space. */
abstract class GlobalPooling3D extends tf.layers.Layer {
  private readonly dataFormat: DataFormat;
  private readonly keepdims: boolean;
  protected abstract pool(...args: Parameters<Pool>): Tensor;

  constructor(args: GlobalPooling3DArgs = {}) {
    super(args);
    this.dataFormat = args.dataFormat ?? "channelsLast";
    this.keepdims = args.keepdims ?? false;
    this.inputSpec = [{ ndim: 5 }];
  }

  override computeOutputShape(shapes: Shapes): Shapes {
    return pooledShape(onlyShape(shapes), axesOf(3, this.dataFormat).space, this.keepdims);
  }

  override call(inputs: Inputs): Inputs {
    return this.pool(only(inputs), axesOf(3, this.dataFormat).space, this.keepdims);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), dataFormat: this.dataFormat, keepdims: this.keepdims };
  }
}

/** https://keras.io/api/layers/pooling_layers/global_average_pooling3d/ */
export class GlobalAveragePooling3D extends GlobalPooling3D {
  static readonly className = "GlobalAveragePooling3D";
  static readonly form = kerasForm("data_format keepdims");
  protected override pool(...args: Parameters<Pool>): Tensor {
    return tf.mean(...args);
  }
}

/** https://keras.io/api/layers/pooling_layers/global_max_pooling3d/ */
export class GlobalMaxPooling3D extends GlobalPooling3D {
  static readonly className = "GlobalMaxPooling3D";
  static readonly form = kerasForm("data_format keepdims");
  protected override pool(...args: Parameters<Pool>): Tensor {
    return tf.max(...args);
  }
}

interface PoolingLayer extends layers.Layer {
  keepdims?: boolean;
  dataFormat?: DataFormat;
}

/**
 * Gives the global pooling layers of TensorFlow.js Keras's `keepdims`, and lets the mean over time leave out the steps that are
 * masked.
 */
export function extendGlobalPooling(): void {
  for (const kind of ["Average", "Max"]) {
    for (const rank of [1, 2]) {
      const className = `Global${kind}Pooling${rank}D`;
      const names = [`global${kind}Pooling${rank}d`, `global${kind}Pool${rank}d`];
      const factories = names.filter((name) => name in tf.layers);
      addArguments(className, factories, { keepdims: false });
      extend(prototypeOf(className), rank, className === "GlobalAveragePooling1D");
    }
  }
}

function extend(layer: PoolingLayer, rank: number, isMeanOverTime: boolean): void {
  const reason = {
    name: "global pooling",
    why: "there is no keepdims, and masked steps count in the mean over time",
  };
  const spaceOf = ({ dataFormat = "channelsLast" }: PoolingLayer): number[] => axesOf(rank, dataFormat).space;
  patch(layer, "call", {
    ...reason,
    wrap: (call) =>
      function (inputs, kwargs) {
        return tf.tidy(() => {
          const { mask } = kwargs as CallArguments;
          const pooled =
            isMeanOverTime && mask
              ? maskedMean(only(inputs), only(mask))
              : only(call.call(this, inputs, kwargs));
          return this.keepdims
            ? spaceOf(this).reduce<Tensor>((x, axis) => tf.expandDims(x, axis), pooled)
            : pooled;
        });
      },
  });
  patch(layer, "computeOutputShape", {
    ...reason,
    wrap: (computeOutputShape) =>
      function (shapes) {
        if (!this.keepdims) return computeOutputShape.call(this, shapes);
        return pooledShape(onlyShape(shapes), spaceOf(this), true);
      },
  });
}

function maskedMean(input: Tensor, mask: Tensor): Tensor {
  const counts = tf.expandDims(tf.cast(mask, "float32"), -1);
  return tf.div(tf.sum(tf.mul(input, counts), 1), tf.sum(counts, 1));
}

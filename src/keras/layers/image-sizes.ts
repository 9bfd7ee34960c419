import type { Tensor, Tensor4D } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import {
  axesOf,
  channelsLast,
  type Config,
  type DataFormat,
  type Inputs,
  only,
  onlyShape,
  type Shapes,
} from "./base.js";
import { kerasForm } from "./keras-form.js";
import {
  type Interpolation,
  interpolations,
  middle,
  resized,
  resizedMiddle,
  resizedWhole,
} from "./resized.js";
import type { CenterCropArgs, ResizingArgs, UpSampling2DArgs } from "./types.cjs";

/** What gives pictures another size: [batch, height, width, channels] or one picture. */
abstract class ImageSize extends tf.layers.Layer {
  protected readonly dataFormat: DataFormat;

  constructor(
    args: Pick<CenterCropArgs, "name" | "dataFormat">,
    protected readonly interpolation: Interpolation = "bilinear",
  ) {
    super(args);
    this.dataFormat = args.dataFormat ?? "channelsLast";
    if (!interpolations.includes(interpolation))
      throw new Error(
        `${this.getClassName()} got the interpolation ${JSON.stringify(interpolation)}. Expected one of ${interpolations.join(", ")}.`,
      );
  }

  protected abstract sizeOf(height: number | null, width: number | null): [number | null, number | null];

  protected abstract change(images: Tensor4D, size: [number, number]): Tensor4D;

  override computeOutputShape(shapes: Shapes): Shapes {
    const shape = onlyShape(shapes);
    const space = this.spaceOf(shape.length);
    const size = this.sizeOf(shape[space[0]!]!, shape[space[1]!]!);
    return shape.map((length, axis) => (space.includes(axis) ? size[space.indexOf(axis)]! : length));
  }

  override call(inputs: Inputs): Inputs {
    return tf.tidy(() => {
      const input = only(inputs);
      const batch: Tensor = input.rank === 3 ? tf.expandDims(input, 0) : input;
      const [height, width] = this.spaceOf(4).map((axis) => batch.shape[axis]!);
      const size = this.sizeOf(height!, width!) as [number, number];
      const output = channelsLast(tf.cast(batch, "float32"), this.dataFormat, (images) =>
        this.change(images as Tensor4D, size),
      );
      return input.rank === 3 ? tf.squeeze(output, [0]) : output;
    });
  }

  private spaceOf(rank: number): number[] {
    return axesOf(2, this.dataFormat).space.map((axis) => axis + rank - 4);
  }
}

/** Pictures in one size: https://keras.io/api/layers/preprocessing_layers/image_preprocessing/resizing/ */
export class Resizing extends ImageSize {
  static readonly className = "Resizing";
  static readonly form = kerasForm(
    "height width interpolation crop_to_aspect_ratio pad_to_aspect_ratio fill_value data_format",
    { only: { fill_mode: "constant", antialias: false }, values: { interpolation: interpolations } },
  );

  constructor(private readonly args: ResizingArgs) {
    super(args, args.interpolation);
    if (args.cropToAspectRatio && args.padToAspectRatio)
      throw new Error(
        "Resizing got cropToAspectRatio and padToAspectRatio. Expected at most one: pictures are either cut or framed.",
      );
  }

  protected sizeOf(): [number, number] {
    return [this.args.height, this.args.width];
  }

  protected change(images: Tensor4D, size: [number, number]): Tensor4D {
    const { cropToAspectRatio, padToAspectRatio, fillValue = 0 } = this.args;
    if (cropToAspectRatio) return resizedMiddle(images, size, this.interpolation);
    if (padToAspectRatio) return resizedWhole(images, size, this.interpolation, fillValue);
    return resized(images, size, this.interpolation);
  }

  override getConfig(): Config {
    const { height, width, cropToAspectRatio = false, padToAspectRatio = false, fillValue = 0 } = this.args;
    const { interpolation, dataFormat } = this;
    const own = { height, width, interpolation, cropToAspectRatio, padToAspectRatio, fillValue, dataFormat };
    return { ...super.getConfig(), ...own };
  }
}

/**
 * The middle of pictures; of those that are smaller, the middle part of the right proportions, enlarged:
 * https://keras.io/api/layers/preprocessing_layers/image_preprocessing/center_crop/
 */
export class CenterCrop extends ImageSize {
  static readonly className = "CenterCrop";
  static readonly form = kerasForm("height width data_format");

  constructor(private readonly args: CenterCropArgs) {
    super(args);
  }

  protected sizeOf(): [number, number] {
    return [this.args.height, this.args.width];
  }

  protected change(images: Tensor4D, size: [number, number]): Tensor4D {
    const [, height, width] = images.shape;
    const isSmaller = height < size[0] || width < size[1];
    return isSmaller ? resizedMiddle(images, size, "bilinear") : middle(images, size);
  }

  override getConfig(): Config {
    const { height, width } = this.args;
    return { ...super.getConfig(), height, width, dataFormat: this.dataFormat };
  }
}

/** Each pixel several times, or pixels between them: https://keras.io/api/layers/reshaping_layers/up_sampling2d/ */
export class UpSampling2D extends ImageSize {
  static readonly className = "UpSampling2D";
  static readonly form = kerasForm("size data_format interpolation", {
    values: { interpolation: interpolations },
  });
  private readonly size: [number, number];

  constructor(args: UpSampling2DArgs = {}) {
    super(args, args.interpolation ?? "nearest");
    const size = args.size ?? 2;
    this.size = typeof size === "number" ? [size, size] : size;
    this.inputSpec = [{ ndim: 4 }];
  }

  protected sizeOf(height: number | null, width: number | null): [number | null, number | null] {
    return [height && height * this.size[0], width && width * this.size[1]];
  }

  protected change(images: Tensor4D, size: [number, number]): Tensor4D {
    return resized(images, size, this.interpolation);
  }

  override getConfig(): Config {
    const { size, dataFormat, interpolation } = this;
    return { ...super.getConfig(), size, dataFormat, interpolation };
  }
}

import { tf } from "../../tfjs/native.js";
import {
  axesOf,
  changed,
  type Config,
  type DataFormat,
  type Inputs,
  only,
  onlyShape,
  type Shapes,
} from "./base.js";
import type { CroppingArgs, ZeroPaddingArgs } from "./types.cjs";
import { kerasForm } from "./keras-form.js";

type Margin = [before: number, after: number];
type Given = number | (number | Margin)[];

/** Adds (`sign` 1) or takes away (-1) a margin along each axis of space or time. */
abstract class Margins extends tf.layers.Layer {
  protected readonly margins: Margin[];
  protected readonly dataFormat: DataFormat;

  constructor(
    args: CroppingArgs | ZeroPaddingArgs,
    given: Given,
    private readonly rank: number,
    private readonly sign: 1 | -1,
  ) {
    super(args);
    this.dataFormat = args.dataFormat ?? "channelsLast";
    this.inputSpec = [{ ndim: rank + 2 }];
    if (typeof given === "number") this.margins = Array.from({ length: rank }, (): Margin => [given, given]);
    else if (rank === 1) this.margins = [given as Margin];
    else this.margins = given.map((side): Margin => (typeof side === "number" ? [side, side] : side));
  }

  override computeOutputShape(shapes: Shapes): Shapes {
    const { space } = axesOf(this.rank, this.dataFormat);
    return changed(onlyShape(shapes), space, (size, i) => size + this.sign * sum(this.margins[i]!));
  }

  override call(inputs: Inputs): Inputs {
    const input = only(inputs);
    const { space } = axesOf(this.rank, this.dataFormat);
    const margins = input.shape.map((_, axis): Margin => this.margins[space.indexOf(axis)] ?? [0, 0]);
    if (this.sign === 1) return tf.pad(input, margins);
    return tf.slice(
      input,
      margins.map(([before]) => before),
      input.shape.map((size, axis) => size - sum(margins[axis]!)),
    );
  }

  override getConfig(): Config {
    const margins = this.rank === 1 ? this.margins[0]! : this.margins;
    const config = { ...super.getConfig(), [this.sign === 1 ? "padding" : "cropping"]: margins };
    return this.rank === 1 ? config : { ...config, dataFormat: this.dataFormat };
  }
}

const sum = ([before, after]: Margin): number => before + after;

/** https://keras.io/api/layers/reshaping_layers/cropping1d/ */
export class Cropping1D extends Margins {
  static readonly className = "Cropping1D";
  static readonly form = kerasForm("cropping");
  constructor(args: CroppingArgs) {
    super(args, args.cropping ?? 1, 1, -1);
  }
}

/** https://keras.io/api/layers/reshaping_layers/cropping3d/ */
export class Cropping3D extends Margins {
  static readonly className = "Cropping3D";
  static readonly form = kerasForm("cropping data_format");
  constructor(args: CroppingArgs) {
    super(args, args.cropping ?? 1, 3, -1);
  }
}

/** https://keras.io/api/layers/reshaping_layers/zero_padding1d/ */
export class ZeroPadding1D extends Margins {
  static readonly className = "ZeroPadding1D";
  static readonly form = kerasForm("padding", { only: { data_format: "channels_last" } });
  constructor(args: ZeroPaddingArgs) {
    super(args, args.padding ?? 1, 1, 1);
  }
}

/** https://keras.io/api/layers/reshaping_layers/zero_padding3d/ */
export class ZeroPadding3D extends Margins {
  static readonly className = "ZeroPadding3D";
  static readonly form = kerasForm("padding data_format");
  constructor(args: ZeroPaddingArgs) {
    super(args, args.padding ?? 1, 3, 1);
  }
}

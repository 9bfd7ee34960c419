import type { Tensor, Tensor2D, Tensor4D } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { type CallArguments, channelsLast, type Config, type DataFormat, type Inputs, only } from "./base.js";
import type {
  RandomAffineArgs,
  RandomBrightnessArgs,
  RandomContrastArgs,
  RandomFlipArgs,
  RandomRotationArgs,
} from "./types.cjs";
import { affine, kerasForm } from "./keras-form.js";

type Factor = number | [number, number];
type Arguments = ConstructorParameters<typeof tf.layers.Layer>[0] & {
  dataFormat?: DataFormat;
  seed?: number;
};

/** Changes each image of a batch, `[batch, height, width, channels]`, by chance; in training only. */
abstract class RandomImages extends tf.layers.Layer {
  protected readonly dataFormat: DataFormat;

  /** @param settings the arguments that `getConfig` gives back */
  constructor(
    args: Arguments,
    private readonly settings: object,
  ) {
    super(args);
    this.dataFormat = args.dataFormat ?? "channelsLast";
    this.inputSpec = [{ ndim: 4 }];
  }

  protected abstract change(images: Tensor4D): Tensor;

  override call(inputs: Inputs, { training = false }: CallArguments): Inputs {
    return tf.tidy(() => {
      const input = only(inputs);
      if (!training) return tf.clone(input);
      return channelsLast(input, this.dataFormat, (images) => this.change(images as Tensor4D));
    });
  }

  override getConfig(): Config {
    return { ...super.getConfig(), dataFormat: this.dataFormat, ...this.settings };
  }
}

/** A number between the bounds for each image, `[batch, ...ones]`. */
function numbers(images: Tensor, [low, high]: [number, number], ones = 3): Tensor {
  return tf.randomUniform([images.shape[0], ...Array.from({ length: ones }, () => 1)], low, high);
}

/** A factor of 0.2 means from -0.2 to 0.2. */
const bounds = (factor: Factor): [number, number] =>
  typeof factor === "number" ? [-Math.abs(factor), Math.abs(factor)] : factor;

/** https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_flip/ */
export class RandomFlip extends RandomImages {
  static readonly className = "RandomFlip";
  static readonly form = kerasForm("mode data_format seed");
  readonly mode: "horizontal" | "vertical" | "horizontalAndVertical";

  constructor(args: RandomFlipArgs = {}) {
    const mode = args.mode ?? "horizontalAndVertical";
    super(args, { mode });
    this.mode = mode;
  }

  protected override change(images: Tensor4D): Tensor {
    const axes = { horizontal: [2], vertical: [1], horizontalAndVertical: [1, 2] }[this.mode];
    return axes.reduce<Tensor>((flipped, axis) => {
      const isFlipped = tf.broadcastTo(tf.less(numbers(images, [0, 1]), 0.5), images.shape);
      return tf.where(isFlipped, tf.reverse(flipped, axis), flipped);
    }, images);
  }
}

type FillMode = NonNullable<RandomAffineArgs["fillMode"]>;

/** Moves each image's pixels by a matrix of its own. */
abstract class RandomAffine extends RandomImages {
  private readonly fillMode: FillMode;
  private readonly fillValue: number;
  private readonly interpolation: "nearest" | "bilinear";

  constructor(args: RandomAffineArgs, settings: object) {
    const { fillMode = "reflect", fillValue = 0, interpolation = "bilinear" } = args;
    super(args, { ...settings, fillMode, fillValue, interpolation });
    Object.assign(this, { fillMode, fillValue, interpolation });
    this.fillMode = fillMode;
    this.fillValue = fillValue;
    this.interpolation = interpolation;
  }

  /** The place in the input of the place (x, y) in the output: `(a x + b y + c, d x + e y + f)`, each `[batch, 1]`. */
  protected abstract matrix(
    images: Tensor4D,
  ): [a: Tensor, b: Tensor, c: Tensor, d: Tensor, e: Tensor, f: Tensor];

  protected override change(images: Tensor4D): Tensor {
    const matrix = this.matrix(images);
    const zeros = tf.zerosLike(matrix[0]);
    const transforms = tf.concat([...matrix, zeros, zeros], 1) as Tensor2D;
    return tf.image.transform(images, transforms, this.interpolation, this.fillMode, this.fillValue);
  }
}

/** https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_rotation/ */
export class RandomRotation extends RandomAffine {
  static readonly className = "RandomRotation";
  static readonly form = kerasForm(`factor ${affine}`);
  readonly factor: [number, number];

  constructor(args: RandomRotationArgs) {
    const factor = bounds(args.factor);
    super(args, { factor });
    this.factor = factor;
  }

  protected override matrix(images: Tensor4D): ReturnType<RandomAffine["matrix"]> {
    const [, height, width] = images.shape.map((size) => size - 1) as [number, number, number, number];
    const turns = this.factor.map((part) => part * 2 * Math.PI) as [number, number];
    const angle = numbers(images, turns, 1);
    const [cos, sin] = [tf.cos(angle), tf.sin(angle)];
    const right = tf.sub(width, tf.sub(tf.mul(cos, width), tf.mul(sin, height)));
    const down = tf.sub(height, tf.add(tf.mul(sin, width), tf.mul(cos, height)));
    return [cos, tf.neg(sin), tf.div(right, 2), sin, cos, tf.div(down, 2)];
  }
}

/** https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_zoom/ */
export class RandomZoom extends RandomAffine {
  static readonly className = "RandomZoom";
  static readonly form = kerasForm(`height_factor width_factor ${affine}`);
  readonly heightFactor: Factor;
  readonly widthFactor: Factor | null;

  constructor(args: RandomAffineArgs & { heightFactor: Factor; widthFactor?: Factor | null }) {
    const { heightFactor, widthFactor = null } = args;
    super(args, { heightFactor, widthFactor });
    this.heightFactor = heightFactor;
    this.widthFactor = widthFactor;
  }

  protected override matrix(images: Tensor4D): ReturnType<RandomAffine["matrix"]> {
    const [, height, width] = images.shape.map((size) => size - 1) as [number, number, number, number];
    const y = tf.add(numbers(images, bounds(this.heightFactor), 1), 1);
    const x = this.widthFactor === null ? y : tf.add(numbers(images, bounds(this.widthFactor), 1), 1);
    const none = tf.zerosLike(x);
    const rest = (zoom: Tensor, size: number): Tensor => tf.mul(tf.sub(1, zoom), size / 2);
    return [x, none, rest(x, width), none, y, rest(y, height)];
  }
}

/** https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_translation/ */
export class RandomTranslation extends RandomAffine {
  static readonly className = "RandomTranslation";
  static readonly form = kerasForm(`height_factor width_factor ${affine}`);
  readonly heightFactor: Factor;
  readonly widthFactor: Factor;

  constructor(args: RandomAffineArgs & { heightFactor: Factor; widthFactor: Factor }) {
    const { heightFactor, widthFactor } = args;
    super(args, { heightFactor, widthFactor });
    this.heightFactor = heightFactor;
    this.widthFactor = widthFactor;
  }

  protected override matrix(images: Tensor4D): ReturnType<RandomAffine["matrix"]> {
    const [, height, width] = images.shape;
    const x = tf.mul(numbers(images, bounds(this.widthFactor), 1), -width);
    const y = tf.mul(numbers(images, bounds(this.heightFactor), 1), -height);
    const [one, none] = [tf.onesLike(x), tf.zerosLike(x)];
    return [one, none, x, none, one, y];
  }
}

/** https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_contrast/ */
export class RandomContrast extends RandomImages {
  static readonly className = "RandomContrast";
  static readonly form = kerasForm("factor value_range data_format seed");
  readonly factor: [number, number];
  readonly valueRange: [number, number];

  constructor(args: RandomContrastArgs) {
    const { factor: given, valueRange = [0, 255] } = args;
    const factor: [number, number] = typeof given === "number" ? [given, given] : given;
    super(args, { factor, valueRange });
    this.factor = factor;
    this.valueRange = valueRange;
  }

  protected override change(images: Tensor4D): Tensor {
    const mean = tf.mean(images, [1, 2], true);
    const contrast = numbers(images, [1 - this.factor[0], 1 + this.factor[1]]);
    const changed = tf.add(tf.mul(tf.sub(images, mean), contrast), mean);
    return tf.clipByValue(changed, ...this.valueRange);
  }
}

/** https://keras.io/api/layers/preprocessing_layers/image_augmentation/random_brightness/ */
export class RandomBrightness extends RandomImages {
  static readonly className = "RandomBrightness";
  static readonly form = kerasForm("factor value_range data_format seed");
  readonly factor: [number, number];
  readonly valueRange: [number, number];

  constructor(args: RandomBrightnessArgs) {
    const { valueRange = [0, 255] } = args;
    const factor = bounds(args.factor);
    super(args, { factor, valueRange });
    this.factor = factor;
    this.valueRange = valueRange;
  }

  protected override change(images: Tensor4D): Tensor {
    const [low, high] = this.valueRange;
    const change = tf.mul(numbers(images, this.factor), high - low);
    return tf.clipByValue(tf.add(images, change), low, high);
  }
}

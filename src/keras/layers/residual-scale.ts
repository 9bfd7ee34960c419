import type { LayerVariable, Shape, Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { type Config, type Inputs, objectFrom, only, type Shapes } from "./base.js";
import type { LayerScaleArgs, ScaledSumArgs } from "./types.cjs";
import { kerasForm } from "./keras-form.js";

/**
 * Multiplies each feature by a number that is learned, and begins small: Touvron et al., 2021, https://arxiv.org/abs/2103.17239.
 * It is a layer of Keras's ConvNeXt (https://keras.io/api/applications/convnext/).
 */
export class LayerScale extends tf.layers.Layer {
  static readonly className = "LayerScale";
  static readonly form = kerasForm("init_values projection_dim", {
    module: "keras.src.applications.convnext",
  });
  private readonly initValues: number;
  private readonly projectionDim: number;
  private gamma!: LayerVariable;

  constructor(args: LayerScaleArgs) {
    super(args);
    this.initValues = args.initValues;
    this.projectionDim = args.projectionDim;
  }

  override build(): void {
    const initializer = tf.initializers.constant({ value: this.initValues });
    this.gamma = this.addWeight(
      "gamma",
      [this.projectionDim],
      "float32",
      objectFrom("Initializer", initializer),
    );
    this.built = true;
  }

  override call(inputs: Inputs): Inputs {
    return tf.tidy(() => tf.mul(only(inputs), this.gamma.read()));
  }

  override getConfig(): Config {
    const { initValues, projectionDim } = this;
    return { ...super.getConfig(), initValues, projectionDim };
  }
}

/**
 * The first input plus the scaled second one: a layer of Keras's InceptionResNetV2
 * (https://keras.io/api/applications/inceptionresnetv2/).
 */
export class CustomScaleLayer extends tf.layers.Layer {
  static readonly className = "CustomScaleLayer";
  static readonly form = kerasForm("scale", { module: "keras.src.applications.inception_resnet_v2" });
  private readonly scale: number;

  constructor(args: ScaledSumArgs) {
    super(args);
    this.scale = args.scale;
  }

  override call(inputs: Inputs): Inputs {
    const [sum, residual] = inputs as [Tensor, Tensor];
    return tf.tidy(() => tf.add(sum, tf.mul(residual, this.scale)));
  }

  override computeOutputShape(shapes: Shapes): Shapes {
    return (shapes as Shape[])[0]!;
  }

  override getConfig(): Config {
    return { ...super.getConfig(), scale: this.scale };
  }
}

import type { Tensor, Tensor2D } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { type Config, type Inputs, only, onlyShape, type Shapes } from "./base.js";
import { kerasForm } from "./keras-form.js";
import type { CategoryEncodingArgs } from "./types.cjs";

type Mode = NonNullable<CategoryEncodingArgs["outputMode"]>;
const modes: readonly Mode[] = ["multiHot", "count", "oneHot"];

/**
 * Whole numbers as categories: https://keras.io/api/layers/preprocessing_layers/categorical/category_encoding/
 * What is no category counts for nothing, as in Keras 3.
 */
export class CategoryEncoding extends tf.layers.Layer {
  static readonly className = "CategoryEncoding";
  static readonly form = kerasForm("num_tokens output_mode", { only: { sparse: false } });
  private readonly numTokens: number;
  private readonly outputMode: Mode;

  constructor(args: CategoryEncodingArgs) {
    super(args);
    this.numTokens = args.numTokens;
    this.outputMode = args.outputMode ?? "multiHot";
    if (!(this.numTokens >= 1))
      throw new Error(`CategoryEncoding got numTokens = ${this.numTokens}. Expected at least 1 category.`);
    if (!modes.includes(this.outputMode))
      throw new Error(
        `CategoryEncoding got outputMode = ${JSON.stringify(this.outputMode)}. Expected one of ${modes.join(", ")}.`,
      );
  }

  override computeOutputShape(shapes: Shapes): Shapes {
    const shape = onlyShape(shapes);
    const isEach = this.outputMode === "oneHot" && (shape.length === 1 || shape.at(-1) !== 1);
    return [...(isEach ? shape : shape.slice(0, -1)), this.numTokens];
  }

  override call(inputs: Inputs, { countWeights }: { countWeights?: Tensor } = {}): Inputs {
    return tf.tidy(() => {
      const categories = tf.cast(only(inputs), "int32");
      const { rank, shape } = categories;
      if (countWeights && this.outputMode !== "count")
        throw new Error(
          `CategoryEncoding got countWeights. They have a meaning with outputMode "count" only.`,
        );
      if (this.outputMode === "oneHot") {
        const single = rank > 1 && shape.at(-1) === 1 ? tf.squeeze(categories, [rank - 1]) : categories;
        return tf.oneHot(single, this.numTokens, 1, 0, "float32");
      }
      if (rank > 2)
        throw new Error(
          `CategoryEncoding got an input of shape [${shape.join(", ")}] with outputMode "${this.outputMode}". ` +
            'Expected [batch, categories]; outputMode "oneHot" takes any shape.',
        );
      const weights = countWeights ?? tf.tensor1d([], "float32");
      const isBinary = this.outputMode === "multiHot";
      return tf.denseBincount(categories as Tensor2D, weights as Tensor2D, this.numTokens, isBinary);
    });
  }

  override getConfig(): Config {
    return { ...super.getConfig(), numTokens: this.numTokens, outputMode: this.outputMode };
  }
}

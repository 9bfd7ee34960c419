import type { Shape, Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { type Inputs, type Shapes } from "./base.js";

type LayerArgs = ConstructorParameters<typeof tf.layers.Layer>[0];

/**
 * Gives the first of its two inputs, whose mask is the second one, `[batch, steps]`: what Keras's `layer(x, mask=mask)` does is
 * that layer on `[x, mask]` with this.
 */
export class WithMask extends tf.layers.Layer {
  static readonly className = "WithMask";

  constructor(args: LayerArgs = {}) {
    super(args);
    this.supportsMasking = true;
  }

  override call(inputs: Inputs): Inputs {
    return tf.tidy(() => tf.clone((inputs as Tensor[])[0]!));
  }

  override computeOutputShape(shapes: Shapes): Shapes {
    return (shapes as Shape[])[0]!;
  }

  override computeMask(inputs: Inputs): Tensor {
    return tf.tidy(() => tf.cast((inputs as Tensor[])[1]!, "bool"));
  }
}

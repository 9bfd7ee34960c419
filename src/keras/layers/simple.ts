import type { Tensor, layers } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { type Inputs, only } from "./base.js";
import { kerasForm } from "./keras-form.js";

type LayerArgs = ConstructorParameters<typeof tf.layers.Layer>[0];

/** Gives its input: https://keras.io/api/layers/core_layers/identity/ */
export class Identity extends tf.layers.Layer {
  // TensorFlow.js has an initializer of that name in the same table.
  static readonly className = "IdentityLayer";
  static readonly kerasName = "Identity";
  static readonly form = kerasForm("");

  constructor(args: LayerArgs = {}) {
    super(args);
    this.supportsMasking = true;
  }

  override call(inputs: Inputs): Inputs {
    return tf.tidy(() => tf.clone(only(inputs)));
  }
}

interface MergeLayer extends layers.Layer {
  mergeFunction(inputs: Tensor[]): Tensor;
}

const Merge = Object.getPrototypeOf(tf.layers.add().constructor) as new (args: object) => MergeLayer;

/** The first of two inputs minus the second: https://keras.io/api/layers/merging_layers/subtract/ */
export class Subtract extends Merge {
  static readonly className = "Subtract";
  static readonly form = kerasForm("");

  override mergeFunction(inputs: Tensor[]): Tensor {
    if (inputs.length !== 2) {
      throw new Error(
        `Subtract got ${inputs.length} inputs. Expected 2. Call it with [minuend, subtrahend].`,
      );
    }
    return tf.sub(inputs[0]!, inputs[1]!);
  }
}

import { layerPrototype, type OpenLayer } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { patch } from "../../tfjs/patch.js";

type CalledLayer = OpenLayer & {
  /** What `training` is for the layer, whatever its model does. */
  calledTraining?: boolean;
};

const isTensor = (input: unknown): boolean => input instanceof tf.Tensor;

/**
 * `layer.apply(x, { training: false })`, in a model that is being built, holds for each run of the model, as Keras's
 * `base(x, training=False)` does in fine-tuning (https://keras.io/guides/transfer_learning/). TensorFlow.js forgets it.
 *
 * @throws Error if the layer is called again with something else
 */
export function rememberTrainingArgument(): void {
  patch(layerPrototype as CalledLayer, "apply", {
    name: "training argument",
    after: ["activity regularizers"],
    why: "a model forgets with which training a layer was called",
    wrap: (apply) =>
      function (inputs, kwargs) {
        if ([inputs].flat().some(isTensor)) {
          const { calledTraining } = this;
          return apply.call(
            this,
            inputs,
            calledTraining === undefined ? kwargs : { ...kwargs, training: calledTraining },
          );
        }
        const training = kwargs?.["training"] as boolean | undefined;
        if (
          this.inboundNodes.length > 0 &&
          isInModel(this) &&
          (training ?? undefined) !== this.calledTraining
        ) {
          throw new Error(
            `Layer ${JSON.stringify(this.name)} is called with training: ${training}, and was with ${this.calledTraining}. ` +
              "Expected the same in all calls of a layer. Use a layer of its own for each.",
          );
        }
        if (training != null) this.calledTraining = training;
        return apply.call(this, inputs, kwargs);
      },
  });
}

/** Whether a layer, or a model, which begins with a call of its own, was called. */
function isInModel(layer: CalledLayer): boolean {
  const ownCalls = layer instanceof tf.LayersModel ? 1 : 0;
  return layer.inboundNodes.length > ownCalls;
}

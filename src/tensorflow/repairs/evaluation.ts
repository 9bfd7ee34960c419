import type { Scalar, Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../native.js";

interface TestedModel {
  outputs: unknown[];
  calculateLosses(): Scalar[];
  testFunction: (data: Tensor[]) => Scalar[];
}

/**
 * The evaluation of TensorFlow.js leaves the regularizers out of the loss, and for several outputs it returns the sums of
 * the first losses before the losses, so that each value stands under the name of another one. In Keras it is the total
 * with regularizers, then the loss of each output, then the metrics.
 */
export function repairEvaluation(): void {
  const model = tf.LayersModel.prototype as unknown as { makeTestFunction(this: TestedModel): void };
  const { makeTestFunction } = model;
  model.makeTestFunction = function () {
    makeTestFunction.call(this);
    const { testFunction } = this;
    this.testFunction = (data) =>
      tf.tidy(() => {
        const [total, ...others] = testFunction(data).slice(this.outputs.length - 1);
        return [tf.addN([total!, ...this.calculateLosses()]), ...others];
      });
  };
}

import type { Tensor, Variable } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";

interface TrainedModel {
  collectedTrainableWeights: { read(): Variable; constraint: { apply(weight: Tensor): Tensor } | null }[];
}
type TrainFunction = (data: Tensor[]) => Tensor[];

/**
 * TensorFlow.js applies the constraints of weights only where a layer writes a weight itself, never in training, whose
 * optimizers write the variable behind it. Keras applies them after each step.
 */
export function repairConstraints(): void {
  const model = tf.LayersModel.prototype as unknown as {
    makeTrainFunction(this: TrainedModel): TrainFunction;
  };
  const { makeTrainFunction } = model;
  model.makeTrainFunction = function () {
    const train = makeTrainFunction.call(this);
    const constrained = this.collectedTrainableWeights.filter(({ constraint }) => constraint);
    if (constrained.length === 0) return train;
    return (data) => {
      const result = train(data);
      tf.tidy(() => {
        for (const weight of constrained) weight.read().assign(weight.constraint!.apply(weight.read()));
      });
      return result;
    };
  };
}

import type { Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import type { OpenModel, Step } from "./open-model.js";

const weightsOf = new WeakMap<Tensor, Tensor[]>();

/** Gives the batch with this first input weights of its samples, one tensor for each output. The step disposes them. */
export function weighBatch(firstInput: Tensor, weights: Tensor[]): void {
  weightsOf.set(firstInput, weights);
}

/** TensorFlow.js's loops over data sets know inputs and targets only: their steps get the weights of a batch here. */
export function takeWeightsOfBatches(): void {
  const model = tf.LayersModel.prototype as unknown as OpenModel;
  const { makeTrainFunction, makeTestFunction } = model;
  model.makeTrainFunction = function () {
    return withWeights(makeTrainFunction.call(this));
  };
  model.makeTestFunction = function () {
    makeTestFunction.call(this);
    this.testFunction = withWeights(this.testFunction);
  };
}

function withWeights(step: Step): Step {
  return (data) => {
    const weights = weightsOf.get(data[0]!);
    if (!weights) return step(data);
    try {
      return step([...data, ...weights]);
    } finally {
      tf.dispose(weights);
    }
  };
}

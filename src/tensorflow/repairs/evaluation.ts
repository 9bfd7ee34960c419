import type { Scalar, Tensor } from "@tensorflow/tfjs-node";
import { tf } from "../native.js";

type Measure = (yTrue: Tensor, yPred: Tensor) => Tensor;

interface TestedModel {
  inputs: unknown[];
  outputs: unknown[];
  lossFunctions: Measure[];
  metricsTensors: [Measure, number][];
  call(inputs: Tensor[]): Tensor[];
  calculateLosses(): Scalar[];
  testFunction: (data: Tensor[]) => Tensor[];
}

/**
 * The evaluation of TensorFlow.js leaves the regularizers and the weights of samples out of the loss
 * (https://github.com/tensorflow/tfjs/issues/25), and for several outputs it returns the sums of the first losses before the
 * losses, so that each value stands under the name of another one. In Keras it is the total with regularizers, then the
 * loss of each output, then the metrics.
 */
export function repairEvaluation(): void {
  const model = tf.LayersModel.prototype as unknown as { makeTestFunction(this: TestedModel): void };
  model.makeTestFunction = function () {
    this.testFunction = (data) => tf.tidy(() => test(this, data));
  };
}

/** Of inputs, targets and, where given, sample weights: the total loss, then what `metricsNames` lists. */
function test(model: TestedModel, data: Tensor[]): Tensor[] {
  const { inputs, lossFunctions, metricsTensors } = model;
  const firstWeight = inputs.length + model.outputs.length;
  const targets = data.slice(inputs.length, firstWeight);
  const outputs = model.call(data.slice(0, inputs.length));
  const losses = lossFunctions.map((lossFunction, i) => {
    const loss = lossFunction(targets[i]!, outputs[i]!);
    const weights = data[firstWeight + i];
    return tf.mean(weights ? tf.mul(loss, weights) : loss);
  });
  const outputLosses = losses.length > 1 ? losses : [];
  const metrics = metricsTensors
    .slice(outputLosses.length)
    .map(([metric, output]) => tf.mean(metric(targets[output]!, outputs[output]!)));
  return [tf.addN([...losses, ...model.calculateLosses()]), ...outputLosses, ...metrics];
}

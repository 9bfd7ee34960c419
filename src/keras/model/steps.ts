import type { Scalar, Tensor, Variable } from "@tensorflow/tfjs-node";
import { tf } from "../../tfjs/native.js";
import { lossOf } from "../losses/loss.js";
import { reduced, unmasked } from "../losses/reduction.js";
import { isWeighted, skipsMasked, type Measure } from "../metrics/epoch-metric.js";
import { masksOf } from "../layers/masks.js";
import type { Step } from "./open-model.js";

interface CompiledModel {
  inputs: unknown[];
  outputs: unknown[];
  lossFunctions: Measure[];
  /** What each output's loss counts in the total, 1 if undefined. */
  lossWeights?: number[] | undefined;
  /** The losses of several outputs, as metrics, and the metrics; with the output's index. */
  metricsTensors: [Measure, number][];
  collectedTrainableWeights: { read(): Variable }[];
  optimizer: { minimize(loss: () => Scalar, returnCost: true, variables: Variable[]): Scalar };
  call(inputs: Tensor[], kwargs: { training: true } | undefined): Tensor[];
  calculateLosses(): Scalar[];
  testFunction: Step;
  makeTestFunction(): void;
  makeTrainFunction(): Step;
}

/**
 * What a model does with a batch in training and in evaluation. TensorFlow.js has no weights of losses, and adds up the
 * losses of several outputs sample by sample, so that their shapes must agree. Its evaluation leaves the regularizers and
 * the weights of samples out of the loss (https://github.com/tensorflow/tfjs/issues/25), and returns the sums of the first
 * losses before the losses of several outputs, each under the name of another. In Keras it is the total with regularizers,
 * then the loss of each output, then the metrics. What a mask hides counts in none of them.
 */
export function makeSteps(): void {
  const model = tf.LayersModel.prototype as unknown as CompiledModel;
  model.makeTrainFunction = function () {
    return (data) => {
      let measured: Tensor[] = [];
      const total = this.optimizer.minimize(
        () => {
          const [loss, ...others] = results(this, data, true);
          measured = others.map((value) => tf.keep(value));
          return loss as Scalar;
        },
        true,
        this.collectedTrainableWeights.map((weight) => weight.read()),
      );
      return [total, ...measured];
    };
  };
  model.makeTestFunction = function () {
    this.testFunction = (data) => tf.tidy(() => results(this, data, false));
  };
}

/** Of inputs, targets and, where given, sample weights: the total loss, then what `metricsNames` lists. */
function results(model: CompiledModel, data: Tensor[], training: boolean): Tensor[] {
  const { inputs, lossFunctions, lossWeights, metricsTensors } = model;
  const firstWeight = inputs.length + model.outputs.length;
  const targets = data.slice(inputs.length, firstWeight);
  const weights = data.slice(firstWeight);
  const outputs = model.call(data.slice(0, inputs.length), training ? { training } : undefined);
  const masks = masksOf(outputs);
  const losses = lossFunctions.map((lossFunction, i) => {
    const values = lossFunction(targets[i]!, outputs[i]!);
    const { definition, reduction = "mean" } = lossOf(lossFunction) ?? {};
    const counted = definition?.counted?.(targets[i]!, values);
    const mask = masks[i] && counted ? tf.logicalAnd(masks[i], counted) : (masks[i] ?? counted);
    return reduced(values, reduction, weights[i], mask);
  });
  const weighed = losses.map((loss, i) => (lossWeights ? tf.mul(loss, lossWeights[i]!) : loss));
  const outputLosses = losses.length > 1 ? losses : [];
  const metrics = metricsTensors.slice(outputLosses.length).map(([measure, output]) => {
    const own = isWeighted(measure) ? weights[output] : undefined;
    const mask = skipsMasked(measure) ? masks[output] : undefined;
    const given = mask ? unmasked(mask, own) : own;
    return tf.mean(measure(targets[output]!, outputs[output]!, given));
  });
  return [tf.addN([...weighed, ...model.calculateLosses()]), ...outputLosses, ...metrics];
}

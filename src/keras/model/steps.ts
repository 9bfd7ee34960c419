import type { Scalar, Tensor } from "@tensorflow/tfjs-node";
import type { OpenModel } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { applyConstraints } from "../layers/constraints.js";
import { withActivityPenalties } from "../layers/activity-regularizer.js";
import { masksOf } from "../layers/masks.js";
import { keepingInputs } from "../losses/crossentropy.js";
import { lossOf } from "../losses/loss.js";
import { reduced, unmasked } from "../losses/reduction.js";
import { isWeighted, skipsMasked } from "../metrics/epoch-metric.js";

/**
 * A step of training.
 *
 * @param data inputs, targets and, where given, weights of the samples
 * @returns the total loss, then what the model's `metricsNames` list
 */
export function trainStep(model: OpenModel, data: Tensor[]): Tensor[] {
  return keepingInputs(() => {
    const weights = model.collectedTrainableWeights.filter(({ trainable }) => trainable);
    if (weights.length === 0) return tf.tidy(() => results(model, data, true));
    let measured: Tensor[] = [];
    const total = model.optimizer.minimize(
      () => {
        const [loss, ...others] = results(model, data, true);
        measured = others.map((value) => tf.keep(value));
        return loss as Scalar;
      },
      true,
      weights.map((weight) => weight.read()),
    );
    applyConstraints(weights);
    return [total, ...measured];
  });
}

/** A step of evaluation, which takes and returns the same. */
export function testStep(model: OpenModel, data: Tensor[]): Tensor[] {
  return keepingInputs(() => tf.tidy(() => results(model, data, false)));
}

/** The outputs for a batch of inputs. */
export function predictStep(model: OpenModel, inputs: Tensor[]): Tensor[] {
  return [model.call(inputs)].flat();
}

/**
 * TensorFlow.js has no weights of losses, and adds up the losses of several outputs sample by sample, so that their shapes
 * must agree. Its evaluation leaves the regularizers and the weights of samples out of the loss
 * (https://github.com/tensorflow/tfjs/issues/25), and returns the sums of the first losses before the losses of several
 * outputs, each under the name of another. In Keras it is the total with regularizers, then the loss of each output, then the
 * metrics. What a mask hides counts in none of them.
 */
function results(model: OpenModel, data: Tensor[], training: boolean): Tensor[] {
  const { inputs, lossFunctions, lossWeights, metricsTensors } = model;
  const firstWeight = inputs.length + model.outputs.length;
  const targets = data.slice(inputs.length, firstWeight);
  const weights = data.slice(firstWeight);
  const { result: outputs, penalties } = withActivityPenalties(() =>
    [model.call(data.slice(0, inputs.length), training ? { training } : undefined)].flat(),
  );
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
  const total = tf.addN([...weighed, ...model.calculateLosses(), ...penalties]);
  tf.dispose(penalties);
  return [total, ...outputLosses, ...metrics];
}

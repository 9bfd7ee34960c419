import type { Tensor } from "@tensorflow/tfjs-node";
import type { Tensors } from "./open-model.js";
import { tf } from "../../tfjs/native.js";

type ClassWeight = Record<number, number>;
export type ClassWeights = ClassWeight | ClassWeight[] | Record<string, ClassWeight>;
type Standardized = [Tensor[], Tensor[], (Tensor | null)[] | null];
interface WeighedModel {
  outputNames: string[];
  outputs: { shape: (number | null)[] }[];
}
type Standardize = (
  this: WeighedModel,
  x: unknown,
  y: unknown,
  sampleWeight?: Tensors | null,
  classWeight?: ClassWeights | null,
  ...others: unknown[]
) => Promise<Standardized>;

/**
 * `fit` of TensorFlow.js has an argument `sampleWeight`, and says that it is not supported yet
 * (https://github.com/tensorflow/tfjs/issues/25). Here it weighs the loss of each sample, `[samples]`, or of each step of a
 * sequence, `[samples, steps]`, for a model with several outputs in an array, and together with class weights. A class
 * without a weight, which TensorFlow.js refuses, has the weight 1, as in Keras.
 */
export function repairSampleWeights(): void {
  const model = tf.LayersModel.prototype as unknown as { standardizeUserData: Standardize };
  const { standardizeUserData } = model;
  model.standardizeUserData = async function (x, y, sampleWeight, classWeight, ...others) {
    const allClasses = classWeight && completeClassWeights(this, classWeight);
    const [xs, ys, classWeights] = await standardizeUserData.call(this, x, y, null, allClasses, ...others);
    if (sampleWeight == null) return [xs, ys, classWeights];
    const given = sampleWeightsOf(sampleWeight, ys, this.outputNames);
    // fit disposes what it is given here.
    const weights = given.map((own, i) => {
      const byClass = classWeights?.[i];
      return byClass ? tf.tidy(() => tf.mul(own, byClass)) : own.clone();
    });
    tf.dispose(classWeights as Tensor[]);
    return [xs, ys, weights];
  };
}

/**
 * The weights for each target: one tensor stands for all of them.
 * @throws Error if there are not as many weights as samples
 */
export function sampleWeightsOf(sampleWeight: Tensors, targets: Tensor[], outputNames: string[]): Tensor[] {
  return targets.map((target, i) => {
    const own = weightOf(sampleWeight, i, outputNames[i]!);
    if (own?.shape[0] === target.shape[0]) return own;
    throw new Error(
      `sampleWeight has ${own?.shape[0] ?? "no"} weights for the ${target.shape[0]} samples of ${outputNames[i]}. ` +
        "Give one for each.",
    );
  });
}

function weightOf(sampleWeight: Tensors, index: number, name: string): Tensor | undefined {
  if (sampleWeight instanceof tf.Tensor) return sampleWeight;
  if (Array.isArray(sampleWeight)) return sampleWeight.length === 1 ? sampleWeight[0] : sampleWeight[index];
  return sampleWeight[name];
}

/** Class weights, of one output or of several, with 1 for the classes that are left out. */
export function completeClassWeights(model: WeighedModel, given: ClassWeights): ClassWeights {
  const complete = (weights: ClassWeight, output: number): ClassWeight => {
    const classes = Math.max(2, model.outputs[output]!.shape.at(-1)!);
    return { ...Object.fromEntries(Array.from({ length: classes }, (_, i) => [i, 1])), ...weights };
  };
  if (Array.isArray(given)) return given.map(complete);
  const isOfOne = Object.values(given).every((weight) => typeof weight === "number");
  if (isOfOne) return complete(given as ClassWeight, 0);
  const byName = Object.entries(given as Record<string, ClassWeight>);
  return Object.fromEntries(
    byName.map(([name, weights]) => [name, complete(weights, model.outputNames.indexOf(name))]),
  );
}

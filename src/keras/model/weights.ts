import type { Tensor } from "@tensorflow/tfjs-node";
import type { OpenModel, Tensors } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";

type ClassWeight = Record<number, number>;
/** The weights of classes, 1 if left out: of one output, or of each, in order or by name. */
export type ClassWeights = ClassWeight | (ClassWeight | null)[] | Record<string, ClassWeight | null>;

/** How samples count in the losses. */
export interface Weighing {
  /** `[samples]`, or `[samples, steps]`. */
  sampleWeight?: Tensors | null | undefined;
  classWeight?: ClassWeights | null | undefined;
}

/**
 * The weights of the samples for each output, as new tensors; none if there are no weights. `fit` of TensorFlow.js has an
 * argument `sampleWeight`, and says that it is not supported yet (https://github.com/tensorflow/tfjs/issues/25).
 */
export function weightsOf(
  model: OpenModel,
  targets: Tensor[],
  { sampleWeight, classWeight }: Weighing,
): Tensor[] {
  if (sampleWeight == null && classWeight == null) return [];
  return targets.map((target, i) =>
    tf.tidy(() => {
      const name = model.outputNames[i]!;
      const bySample = sampleWeight == null ? undefined : weightOfSamples(sampleWeight, target, i, name);
      const given = classWeight == null ? undefined : weightsOfClasses(classWeight, i, name);
      const byClass = given && weightByClass(given, target, model.outputs[i]!.shape.at(-1), name);
      if (bySample && byClass) return tf.mul(bySample, byClass);
      return bySample?.clone() ?? byClass ?? tf.ones([target.shape[0]]);
    }),
  );
}

function weightOfSamples(sampleWeight: Tensors, target: Tensor, index: number, name: string): Tensor {
  const own =
    sampleWeight instanceof tf.Tensor
      ? sampleWeight
      : Array.isArray(sampleWeight)
        ? sampleWeight[sampleWeight.length === 1 ? 0 : index]
        : sampleWeight[name];
  if (own?.shape[0] === target.shape[0]) return own;
  throw new Error(
    `sampleWeight has ${own?.shape[0] ?? "no"} weights for the ${target.shape[0]} samples of ${name}. ` +
      "Give one for each.",
  );
}

function weightsOfClasses(given: ClassWeights, index: number, name: string): ClassWeight | undefined {
  if (Array.isArray(given)) return given[index] ?? undefined;
  const isOfFirst = Object.values(given).every((weight) => typeof weight === "number");
  if (isOfFirst) return index === 0 ? (given as ClassWeight) : undefined;
  return (given as Record<string, ClassWeight | null>)[name] ?? undefined;
}

/** The weight of each sample's class, which `target` has as a number or as columns. */
function weightByClass(
  weights: ClassWeight,
  target: Tensor,
  outputs: number | null | undefined,
  name: string,
): Tensor {
  if (target.rank > 2) {
    throw new Error(
      `classWeight is for one class a sample; the targets of ${name} have the shape [${target.shape.join()}]. ` +
        "Give sampleWeight, with a weight for each step, instead.",
    );
  }
  const isColumns = target.rank === 2 && target.shape[1]! > 1;
  const classes = isColumns ? tf.argMax(target, -1) : tf.cast(tf.reshape(target, [-1]), "int32");
  const count = Math.max(2, outputs ?? 0, ...Object.keys(weights).map((key) => Number(key) + 1));
  return tf.gather(tf.tensor1d(Array.from({ length: count }, (_, i) => weights[i] ?? 1)), classes);
}

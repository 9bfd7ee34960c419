import type { Tensor } from "@tensorflow/tfjs-node";
import type { OpenModel, Tensors } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";
import { isOfClassNumbers, lossOf } from "../losses/loss.js";

function targetOf(model: OpenModel, targets: Tensors, output: number): Tensor | undefined {
  const target =
    targets instanceof tf.Tensor || !targets
      ? targets
      : Array.isArray(targets)
        ? targets[output]
        : targets[model.outputNames[output]!];
  return target instanceof tf.Tensor ? target : undefined;
}

/** With class numbers for targets, the commonest mistake in lessons, the error says what to do, as Keras's does. */
export function checkTargets(model: OpenModel, targets: Tensors): void {
  model.outputNames.forEach((name, i) => {
    const target = targetOf(model, targets, i);
    const { shape } = model.outputs[i]!;
    const classes = shape.at(-1)!;
    // The names of functions have a number behind them in the bundle of TensorFlow.js.
    const isCategorical = model.lossFunctions[i]!.name.startsWith("categoricalCrossentropy");
    if (!target || !isCategorical || classes === 1) return;
    const isNumbers = target.rank === shape.length - 1 || target.shape.at(-1) === 1;
    if (!isNumbers) return;
    throw new Error(
      `Error when checking target: expected ${name} to have shape [${["*", ...shape.slice(1)].join()}] but got ` +
        `[${target.shape.join()}]. The loss 'categoricalCrossentropy' expects a column for each class, and these seem ` +
        `to be class numbers: convert with toCategorical(labels, ${classes}), or compile the model with the loss ` +
        `'sparseCategoricalCrossentropy', which expects class numbers.`,
    );
  });
}

/**
 * Targets without the last axis, of one number where the output has one column or the loss takes class numbers, with it. Otherwise they
 * would be refused, or meet each output of the batch.
 */
export function withLastAxis(model: OpenModel, targets: Tensors): Tensors {
  const extended = model.outputNames.map((_, i) => {
    const target = targetOf(model, targets, i);
    const { shape } = model.outputs[i]!;
    if (!target || target.rank === 0 || target.rank !== shape.length - 1) return target;
    const isNumbers =
      shape.at(-1) === 1 || (model.lossFunctions && isOfClassNumbers(model.lossFunctions[i]!));
    return isNumbers ? tf.expandDims(target, -1) : target;
  });
  const isSame = extended.every((target, i) => target === targetOf(model, targets, i));
  // What is wrong with others is said later.
  return isSame || extended.includes(undefined) ? targets : (extended as Tensor[]);
}

/** Labels that are read at once; of more, the least and the greatest first. */
const fewLabels = 4096;

/**
 * Checks class numbers, which TensorFlow takes for no class where there is none of that number: the loss would be too small,
 * or no number.
 *
 * @throws RangeError that names the label
 */
export function checkClassNumbers(model: OpenModel, targets: Tensor[]): void {
  model.lossFunctions.forEach((lossFunction, i) => {
    const classes = model.outputs[i]!.shape.at(-1);
    const target = targets[i]!;
    if (!isOfClassNumbers(lossFunction) || classes == null || target.size === 0) return;
    if (target.size > fewLabels && isWithin(target, classes)) return;
    const { ignoreClass } = lossOf(lossFunction)?.settings ?? {};
    const isWrong = (label: number) => !(label >= 0 && label < classes) && label !== ignoreClass;
    const wrong = target.dataSync() as ArrayLike<number> & Iterable<number>;
    const label = Array.prototype.find.call(wrong, isWrong) as number | undefined;
    if (label === undefined) return;
    throw new RangeError(
      `A label of the output ${model.outputNames[i]} is ${label}, and the model has ${classes} classes: labels are whole numbers ` +
        `from 0 to ${classes - 1}. Give the last layer as many units as there are classes, number the classes from 0, or leave ` +
        `what is not to count out with losses.sparseCategoricalCrossentropy({ ignoreClass: ${label} }).`,
    );
  });
}

function isWithin(labels: Tensor, classes: number): boolean {
  return tf.tidy(() => tf.min(labels).dataSync()[0]! >= 0 && tf.max(labels).dataSync()[0]! < classes);
}

import type { Tensor } from "@tensorflow/tfjs-node";
import type { OpenModel, Shape, Tensors } from "../../tfjs/internals.js";
import { tf } from "../../tfjs/native.js";

/**
 * Where inputs or targets do not fit the model, TensorFlow.js says which shapes meet. In the usual cases the error of `check`
 * now says how to mend it, too.
 */
export function advising<T>(model: OpenModel, x: Tensors, y: Tensors, check: () => T): T {
  const given = [...listed(x), ...listed(y)].filter((each) => each !== undefined);
  expectUndisposed(
    given,
    "before the model got it. Keep it until then; tf.tidy disposes of all that is made in it",
  );
  try {
    return check();
  } catch (error) {
    const advice = adviceOn(model, x, y);
    if (error instanceof Error && advice) error.message += `\n${advice}`;
    throw error;
  }
}

/** @throws Error if one of the tensors was disposed of, with when, and what to do */
export function expectUndisposed(tensors: Tensor[], when: string): void {
  const gone = tensors.find(({ isDisposed }) => isDisposed);
  if (gone) throw new Error(`A tensor of the data, [${gone.shape.join(", ")}], was disposed of ${when}.`);
}

function adviceOn(model: OpenModel, x: Tensors, y: Tensors): string {
  if ([...listed(x), ...listed(y)].includes(undefined))
    return "Inputs and targets must be tensors: make one of an array with tf.tensor(array).";
  const inputs = listed(x).map((each, i) => each && inputAdvice(model.feedInputShapes[i], each.shape));
  const targets = listed(y).map((each, i) => each && targetAdvice(model, i, each.shape));
  return [...inputs, ...targets].find(Boolean) ?? "";
}

/** What is no tensor, against its type, counts as none. */
function listed(tensors: Tensors): (Tensor | undefined)[] {
  const all = tensors instanceof tf.Tensor || !tensors ? [tensors] : Object.values(tensors);
  return all.map((each) => (each instanceof tf.Tensor ? each : undefined));
}

const product = (sizes: Shape): number => sizes.reduce<number>((size, one) => size * (one ?? NaN), 1);
const isSame = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((size, i) => size === null || size === b[i]);

function inputAdvice(batch: Shape | undefined, got: number[]): string {
  const [, ...expected] = batch ?? got;
  const [, ...sample] = got;
  if (isSame(expected, sample) || got.length === 1) return "";
  if (isSame(expected, got)) {
    return "This is one sample; the model takes several: add the batch axis with x.expandDims(0).";
  }
  if (expected.at(-1) === 1 && isSame(expected.slice(0, -1), sample)) {
    return "The axis of the channels is missing: add it with x.expandDims(-1).";
  }
  const [channels, ...image] = sample;
  if (sample.length === 3 && isSame(expected, [...image, channels!])) {
    return "The channels come first: put them last with x.transpose([0, 2, 3, 1]).";
  }
  if (product(expected) !== product(sample)) {
    const sizes = expected.map((size) => size ?? "any").join(", ");
    return `Each sample has ${product(sample)} numbers; the model was made for samples of shape [${sizes}].`;
  }
  const reshape = `x.reshape([-1, ${expected.join(", ")}])`;
  return expected.length === 1
    ? `Flatten each sample with ${reshape}, or begin the model with tf.layers.flatten({ inputShape: [${sample.join(", ")}] }).`
    : `Reshape each sample with ${reshape}.`;
}

function targetAdvice(model: OpenModel, output: number, got: number[]): string {
  const loss = model.lossFunctions?.[output]?.name ?? "";
  const classes = model.feedOutputShapes?.[output]?.at(-1);
  if (!loss.startsWith("sparseCategoricalCrossentropy") || got.at(-1) !== classes) return "";
  return (
    "The loss 'sparseCategoricalCrossentropy' expects class numbers, and these seem to be one-hot: compile the model with " +
    "the loss 'categoricalCrossentropy', or make class numbers with y.argMax(-1)."
  );
}

import type * as Tf from "@tensorflow/tfjs";
import { whatArrived } from "../figures/what-arrived.js";
import { tf } from "../keras/load.js";
import { classIndex } from "./class-index.js";

/** What a network takes a picture for. */
export interface Prediction {
  /** WordNet's number: `n02123045`. Two classes each are called crane and maillot; numbers are never the same. */
  id: string;
  /** `tabby` */
  name: string;
  score: number;
}

const classCount = 1000;

/**
 * The classes of ImageNet that a network gives the highest scores, highest first, for each picture; as Keras's
 * `decode_predictions`. The names come from a small package on first use, and from the cache then.
 *
 * @param predictions `[samples, 1000]`, as a network with its top gives them
 * @param options.top how many classes; 5 if left out
 * @throws Error if the predictions have another shape, or the names cannot be had
 */
export async function decodePredictions(
  predictions: Tf.Tensor | readonly Tf.Tensor[],
  { top = 5 }: { top?: number } = {},
): Promise<Prediction[][]> {
  const [tensor] = [predictions].flat() as [Tf.Tensor];
  if (!(tensor instanceof tf.Tensor)) {
    throw new TypeError(
      `decodePredictions got ${whatArrived(predictions)}. Expected a tensor, as model.predict gives it.`,
    );
  }
  if (tensor.rank !== 2 || tensor.shape[1] !== classCount) {
    throw new Error(
      `decodePredictions got a tensor of [${tensor.shape.join(", ")}]. Expected [samples, ${classCount}], what a network with its top ` +
        "gives for ImageNet's classes. Classes of your own have your own names: take predictions.argMax(-1).",
    );
  }
  if (!Number.isSafeInteger(top) || top < 1 || top > classCount)
    throw new RangeError(
      `decodePredictions got top: ${top}. Expected a whole number from 1 to ${classCount}.`,
    );
  const scores = await tensor.data<"float32">();
  return ranked(scores, await classIndex(), top);
}

/** The `top` classes with the highest of the scores, for each row of them; among equal ones the first come first. */
export function ranked(
  scores: Float32Array,
  classes: readonly (readonly [id: string, name: string])[],
  top: number,
): Prediction[][] {
  const count = classes.length;
  return Array.from({ length: scores.length / count }, (_, sample) => {
    const row = scores.subarray(sample * count, (sample + 1) * count);
    const order = Array.from(row.keys()).toSorted((a, b) => row[b]! - row[a]! || a - b);
    return order.slice(0, top).map((index) => {
      const [id, name] = classes[index]!;
      return { id, name, score: row[index]! };
    });
  });
}

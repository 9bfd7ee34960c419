import type * as Tf from "@tensorflow/tfjs";
import { tf } from "../keras/load.js";
import { tensorOf, type Pictures } from "./pictures.js";

/**
 * How pixels of 0 to 255 become what a network was trained on. `"tf"`: -1 to 1. `"caffe"`: blue, green, red, each less its mean.
 * `"torch"`: 0 to 1, then mean 0 and deviation 1 in each channel. `"lite"`: about -1 to 1. `"none"`: the model does it itself.
 */
export type Preprocessing = "tf" | "caffe" | "torch" | "lite" | "none";

/** Of the pictures of ImageNet. */
const blueGreenRedMeans = [103.939, 116.779, 123.68];
const means = [0.485, 0.456, 0.406];
const deviations = [0.229, 0.224, 0.225];

const steps: Record<Preprocessing, (x: Tf.Tensor) => Tf.Tensor> = {
  tf: (x) => tf.sub(tf.div(x, 127.5), 1),
  caffe: (x) => tf.sub(tf.reverse(x, x.rank - 1), blueGreenRedMeans),
  torch: (x) => tf.div(tf.sub(tf.div(x, 255), means), deviations),
  lite: (x) => tf.div(tf.sub(x, 127), 128),
  none: (x) => tf.clone(x),
};

/**
 * @param pictures RGB from 0 to 255, `[height, width, 3]` or `[samples, height, width, 3]`; left as they are
 * @returns a tensor of its own, of the same shape, `float32`
 * @throws TypeError if they are no pictures with three channels
 */
export function preprocess(pictures: Pictures, kind: Preprocessing): Tf.Tensor {
  return tf.tidy(() => {
    const x = tensorOf("preprocessInput", pictures);
    if (![3, 4].includes(x.rank) || x.shape.at(-1) !== 3) {
      throw new TypeError(
        `preprocessInput got a tensor of [${x.shape.join(", ")}]. Expected pictures in color, [height, width, 3] or ` +
          "[samples, height, width, 3], with channels last.",
      );
    }
    return steps[kind](x);
  });
}

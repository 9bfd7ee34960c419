import type * as Tf from "@tensorflow/tfjs";
import * as applications from "../../src/applications/index.js";
import { tf } from "../../src/keras/load.js";

/** Numbers from -1 to 1, times `factor`, plus `start`, as `numbers` of test/fixtures/keras/applications.py gives them. */
export function numbers(seed: number, length: number, start = 0, factor = 1): Float32Array {
  const result = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    let h = (Math.imul(i, 2654435761) + Math.imul(seed, 40503)) >>> 0;
    h = Math.imul(h ^ (h >>> 15), 2246822519);
    h = Math.imul(h ^ (h >>> 13), 3266489917);
    result[i] = start + factor * (((h ^ (h >>> 16)) >>> 0) / 2 ** 31 - 1);
  }
  return result;
}

const factors: Record<string, [start: number, factor: number]> = {
  gamma: [0.75, 0.2],
  variance: [1, 0.5],
  moving_variance: [1, 0.5],
  count: [0, 0],
};

/** Gives each weight of `model` the values that the script gives it. */
export function setWeights(model: Tf.LayersModel): void {
  model.weights.forEach((weight, seed) => {
    const name = weight.originalName.replace(/.*\//, "");
    const shape = weight.shape as number[];
    const product = (sizes: number[]): number => sizes.reduce((all, size) => all * size, 1);
    const inputs = product(shape.slice(0, shape.at(-1) === 1 ? 2 : -1));
    const [start, factor] = name.includes("kernel")
      ? [0, Math.sqrt(6 / inputs)]
      : (factors[name] ?? [0, 0.1]);
    const values = numbers(seed, product(shape), start, factor);
    tf.tidy(() => (weight.read() as Tf.Variable).assign(tf.tensor(values, shape, weight.dtype as "float32")));
  });
}

/** What builds Keras's networks, by name. */
export const makers: Record<string, applications.Application> = {
  vgg16: applications.vgg16,
  vgg19: applications.vgg19,
  resnet50: applications.resnet50,
  mobileNetV2: applications.mobileNetV2,
  mobileNetV3Small: applications.mobileNetV3Small,
  mobileNetV3Large: applications.mobileNetV3Large,
  efficientNetB0: applications.efficientNetB0,
  xception: applications.xception,
  inceptionV3: applications.inceptionV3,
  denseNet121: applications.denseNet121,
};

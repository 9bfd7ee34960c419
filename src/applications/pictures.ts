import type * as Tf from "@tensorflow/tfjs";
import { whatArrived } from "../figures/what-arrived.js";
import { tf } from "../keras/load.js";

/** A tensor, or what makes one of itself, such as an `NdArray`. */
export type Pictures = Tf.Tensor | { toTensor(): Tf.Tensor };

/** How pictures become what a network takes: the network's own `preprocessInput`. */
export interface PictureOptions {
  /** `applications.vgg16.preprocessInput` and the like; without it the pictures go to the model as they are. */
  preprocess?: (pictures: Tf.Tensor) => Tf.Tensor;
}

/**
 * A tensor of numbers, that given or a new one: run it inside of `tf.tidy`.
 *
 * @param call what is asked, for errors
 * @throws TypeError if it is none
 */
export function tensorOf(call: string, pictures: Pictures): Tf.Tensor {
  if (pictures instanceof tf.Tensor) return tf.cast(pictures, "float32");
  if (typeof (pictures as { toTensor?: unknown } | null)?.toTensor === "function")
    return tf.cast(pictures.toTensor(), "float32");
  throw new TypeError(`${call} got ${whatArrived(pictures)}. Expected a tensor or an array of pictures.`);
}

/**
 * One picture, `[height, width, channels]`, also where it comes as a batch of one.
 *
 * @throws RangeError if it is another number of pictures
 */
export function onePicture(call: string, picture: Pictures): Tf.Tensor3D {
  const x = tensorOf(call, picture);
  const isBatchOfOne = x.rank === 4 && x.shape[0] === 1;
  if (x.rank === 3 || isBatchOfOne) return tf.reshape(x, x.shape.slice(-3) as [number, number, number]);
  throw new RangeError(
    `${call} got a tensor of [${x.shape.join(", ")}]. Expected one picture, [height, width, channels].`,
  );
}

/** What the model takes for one picture. */
export const batchOf = (picture: Tf.Tensor3D, { preprocess = (x) => x }: PictureOptions): Tf.Tensor4D =>
  tf.expandDims(preprocess(picture), 0);

/** @throws Error if the model has no layer of that name, with those that it has */
export function layerOf(call: string, model: Tf.LayersModel, name: string): Tf.layers.Layer {
  const layer = model.layers.find((one) => one.name === name);
  if (layer) return layer;
  const names = model.layers.map((one) => one.name);
  const shown = names.length > 40 ? [...names.slice(0, 10), "…", ...names.slice(-20)] : names;
  throw new Error(
    `${call} got the layer ${JSON.stringify(name)}. Expected one of the model's: ${shown.join(", ")}.`,
  );
}

/** What `run` gives, which is no tensor; the tensors that it makes are freed. */
export function withTensorsFreed<T>(run: () => T): T {
  let result: { value: T } | undefined;
  tf.tidy(() => {
    result = { value: run() };
  });
  return result!.value;
}

import type * as Tf from "@tensorflow/tfjs";
import { tf } from "../keras/load.js";
import { efficientNetLite0 } from "./efficientnet-lite.js";
import { extractFeatures, type FeatureOptions } from "./extract-features.js";
import { tensorOf, type Pictures } from "./pictures.js";

export interface EmbedOptions extends FeatureOptions {
  /** A model that gives a row of numbers for each picture; `efficientNetLite0` without its top if left out. */
  model?: Tf.LayersModel;
}

const size = 224;

/**
 * Pictures as rows of numbers, close to each other where the pictures show like things: what a trained network sees in them,
 * 1280 numbers each if no model is given. Pictures of any size and with one or three channels will do then; pixels go from 0 to 255.
 *
 * @param pictures `[samples, height, width, channels]`
 * @returns `[samples, features]`, a tensor of its own
 *
 * @example
 * const features = await applications.embed(xTest, { cache: "features" });
 * applications.plotEmbedding(features, { labels: yTest });
 */
export async function embed(pictures: Pictures, options: EmbedOptions = {}): Promise<Tf.Tensor2D> {
  const { model, ...others } = options;
  if (model) return asRows(await extractFeatures(model, pictures, others));
  const own = await efficientNetLite0({ includeTop: false, pooling: "avg", inputShape: [size, size, 3] });
  const preprocess = (batch: Tf.Tensor): Tf.Tensor => {
    const colors = batch.shape[3] === 1 ? tf.tile(batch, [1, 1, 1, 3]) : batch;
    return efficientNetLite0.preprocessInput(tf.image.resizeBilinear(colors as Tf.Tensor4D, [size, size]));
  };
  const x = tf.tidy(() => {
    const tensor = tensorOf("embed", pictures);
    return tensor.rank === 3 ? tf.expandDims(tensor, -1) : tf.clone(tensor);
  });
  try {
    return asRows(await extractFeatures(own, x, { ...others, preprocess: others.preprocess ?? preprocess }));
  } finally {
    x.dispose();
    own.dispose();
  }
}

function asRows(features: Tf.Tensor): Tf.Tensor2D {
  if (features.rank === 2) return features as Tf.Tensor2D;
  const rows = tf.reshape(features, [features.shape[0], -1]);
  features.dispose();
  return rows as Tf.Tensor2D;
}

/** One that is near, and how much. */
export interface Neighbor {
  index: number;
  /** The cosine of the angle between both rows: 1 for the same direction. */
  similarity: number;
}

/**
 * The rows that are nearest to one of them, nearest first, by the angle between them; without itself.
 *
 * @param features `[samples, features]`, as `embed` gives them
 * @param index of the row to compare with
 * @param count how many; 5 if left out
 *
 * @example
 * const near = applications.nearest(features, 0);
 * imageGrid(tf.gather(pictures, near.map(({ index }) => index)));
 */
export function nearest(features: Pictures, index: number, count = 5): Neighbor[] {
  return tf.tidy(() => {
    const rows = tensorOf("nearest", features);
    if (rows.rank !== 2)
      throw new RangeError(
        `nearest got a tensor of [${rows.shape.join(", ")}]. Expected [samples, features], as embed gives it.`,
      );
    const [samples] = rows.shape as [number, number];
    if (!Number.isSafeInteger(index) || index < 0 || index >= samples)
      throw new RangeError(`nearest got the row ${index}. Expected a whole number from 0 to ${samples - 1}.`);
    const unit = tf.div(rows, tf.maximum(tf.norm(rows, 2, 1, true), 1e-12)) as Tf.Tensor2D;
    const cosines = tf.reshape(tf.matMul(unit, tf.slice(unit, index, 1), false, true), [-1]).dataSync();
    const others = Array.from(cosines.keys()).filter((other) => other !== index);
    return others
      .toSorted((a, b) => cosines[b]! - cosines[a]! || a - b)
      .slice(0, count)
      .map((other) => ({ index: other, similarity: cosines[other]! }));
  });
}

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type * as Tf from "@tensorflow/tfjs";
import { loadNpy } from "../arrays/npy/npy-file.js";
import { saveNpy } from "../arrays/npy/save.js";
import { openProgress } from "../host/progress-sink.js";
import { tf } from "../keras/load.js";
import { interruptible, letOthersRunSometimes } from "../keras/model/interrupt.js";
import { tensorOf, type PictureOptions, type Pictures } from "./pictures.js";

export interface FeatureOptions extends PictureOptions {
  /** Pictures at a time; 32 if left out. */
  batchSize?: number;
  /** A folder for the features: the same pictures and weights are computed once. Without it nothing is kept. */
  cache?: string;
  /** Whether to show the progress; `true` if left out. */
  verbose?: boolean;
}

/**
 * What a model makes of pictures, the bottleneck features of a model without its top: computed once, so that a new head on them
 * trains in seconds. With `cache` the next run of the notebook reads them, for as long as pictures and weights are the same.
 *
 * @param model gives one output
 * @param pictures `[samples, height, width, channels]`
 * @returns `[samples, ...]`, a tensor of its own
 * @throws Error if the pictures do not fit the model; if it is interrupted
 *
 * @example
 * const base = await applications.vgg16({ includeTop: false, pooling: "avg" });
 * const { preprocessInput: preprocess } = applications.vgg16;
 * const features = await applications.extractFeatures(base, pictures, { preprocess, cache: "features" });
 * const head = tf.sequential({ layers: [tf.layers.dense({ units: 3, activation: "softmax", inputShape: [512] })] });
 */
export async function extractFeatures(
  model: Tf.LayersModel,
  pictures: Pictures,
  options: FeatureOptions = {},
): Promise<Tf.Tensor> {
  const { batchSize = 32, cache, verbose = true } = options;
  if (!Number.isSafeInteger(batchSize) || batchSize < 1)
    throw new RangeError(`extractFeatures got batchSize: ${batchSize}. Expected a whole number from 1.`);
  const x = tf.tidy(() => tensorOf("extractFeatures", pictures));
  try {
    const path = cache && join(resolve(cache), `${await keyOf(model, x, options)}.npy`);
    if (path && existsSync(path)) {
      const kept = await loadNpy(path);
      return tf.tidy(() => tf.cast(kept.toTensor(), "float32"));
    }
    const features = await interruptible((signal) =>
      inBatches(model, x, { ...options, batchSize, verbose }, signal),
    );
    if (path) await saveNpy(path, features);
    return features;
  } finally {
    if (x !== pictures) x.dispose();
  }
}

async function inBatches(
  model: Tf.LayersModel,
  x: Tf.Tensor,
  { batchSize, verbose, preprocess = (one) => one }: FeatureOptions & { batchSize: number; verbose: boolean },
  signal: AbortSignal | undefined,
): Promise<Tf.Tensor> {
  const show = verbose ? openProgress() : () => {};
  const samples = x.shape[0];
  const start = performance.now();
  const parts: Tf.Tensor[] = [];
  try {
    for (let first = 0; first < samples; first += batchSize) {
      const size = Math.min(batchSize, samples - first);
      parts.push(
        tf.tidy(() => {
          const [output, ...others] = [
            model.predict(preprocess(tf.slice(x, first, size)), { batchSize }),
          ].flat();
          if (others.length > 0)
            throw new Error("extractFeatures got a model with several outputs. Expected one.");
          return output!;
        }),
      );
      show(progressLine(first + size, samples, performance.now() - start), first + size === samples);
      // oxlint-disable-next-line no-await-in-loop -- between batches the interrupt is heard
      await letOthersRunSometimes();
      signal?.throwIfAborted();
    }
    return tf.concat(parts);
  } finally {
    tf.dispose(parts);
  }
}

const barWidth = 20;

function progressLine(done: number, samples: number, ms: number): string {
  const filled = Math.floor((barWidth * done) / samples);
  const rest = ((ms / done) * (samples - done)) / 1000;
  const time = done === samples ? `${(ms / 1000).toFixed(1)} s` : `${Math.ceil(rest)} s left`;
  return `features ${done}/${samples} ${"━".repeat(filled)}${"─".repeat(barWidth - filled)} ${time}`;
}

/** Tells apart pictures, what is done to them, and weights. */
async function keyOf(model: Tf.LayersModel, x: Tf.Tensor, { preprocess }: FeatureOptions): Promise<string> {
  const hash = createHash("sha256");
  const add = async (tensor: Tf.Tensor): Promise<void> => {
    hash.update(`${tensor.dtype} ${tensor.shape.join()};`);
    const { buffer, byteOffset, byteLength } = await tensor.data();
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  };
  const layers = model.layers.map((layer) => [layer.getClassName(), layer.getConfig()]);
  // Names count from one model to the next.
  hash.update(JSON.stringify(layers, (key, value: unknown) => (key === "name" ? undefined : value)));
  const sample = tf.tidy(() => {
    const first = tf.slice(x, 0, 1);
    return preprocess ? tf.clone(preprocess(first)) : tf.clone(first);
  });
  try {
    await add(sample);
  } finally {
    sample.dispose();
  }
  for (const weight of model.weights)
    // oxlint-disable-next-line no-await-in-loop -- one after the other, for memory
    await add(weight.read());
  await add(x);
  return hash.digest("hex").slice(0, 32);
}

import { existsSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadModel, loadWeights, saveModel, saveWeights } from "../../src/saving/index.js";
import { writeHdf5 } from "../../src/saving/hdf5.js";
import { nativeModels } from "./native-models.js";
import {
  dataFor,
  keras,
  largestDifference,
  largestRelativeDifference,
  measured,
  predict,
  train,
} from "./python.js";

/** Largest differences between real Keras and Manabi for one architecture, over `.keras` and `.h5`. */
export interface Comparison {
  name: string;
  /** Of the predictions of a model from Keras, here. */
  loaded?: number;
  /** Of the losses of the next steps here, relative; undefined where they cannot be compared. */
  loadedLosses?: number;
  /** Of the predictions of a model saved here, in Keras; also from weights alone. */
  saved: number;
  /** Of the losses of the next steps there, after `.keras` (Keras 3.15 cannot train on after its own `.h5`). */
  savedLosses?: number;
}

const whole = ["keras", "h5"];
const dataSuffix = ".data.h5";
const weightsOnly = ["weights.h5", "legacy.h5"];

/** Makes models with real Keras in `folder`, loads and saves them here, and has Keras load the result. */
export async function compareWithKeras(folder: string): Promise<Comparison[]> {
  await keras("make", folder);
  const made = (await readdir(folder)).filter((file) => file.endsWith(dataSuffix));
  const names = made.map((file) => file.slice(0, -dataSuffix.length)).toSorted();
  const natives = Object.keys(nativeModels);
  const comparisons: Comparison[] = [];
  for (const name of names) comparisons.push(await compareLoading(folder, name));
  for (const name of natives) comparisons.push(await saveNative(folder, name));
  await keras("check", folder, ...[...names, ...natives].flatMap((name) => savedFiles(folder, name)));
  for (const comparison of comparisons)
    Object.assign(comparison, await compareSaving(folder, comparison.name));
  return comparisons;
}

/** What was saved here of an architecture. */
function savedFiles(folder: string, name: string): string[] {
  const files = [...whole, ...weightsOnly].map((extension) => `${name}.ours.${extension}`);
  return files.filter((file) => existsSync(join(folder, file)));
}

/** A model of TensorFlow.js: Keras has to do what it does here. */
async function saveNative(folder: string, name: string): Promise<Comparison> {
  const model = nativeModels[name]!();
  const data = dataFor(model);
  await train(model, data, 2);
  for (const extension of whole) await saveModel(model, join(folder, `${name}.ours.${extension}`));
  const predictions = predict(model, data.inputs);
  const losses = (await train(model, data, 3)).map((loss) => ({ shape: [], data: Float32Array.of(loss) }));
  const lists = { ...data, predictions, losses };
  const bytes = await writeHdf5((file) => {
    for (const [key, values] of Object.entries(lists))
      values.forEach((value, i) => file.floats(`${key}/${i}`, value));
  });
  await writeFile(join(folder, `${name}${dataSuffix}`), bytes);
  return { name, saved: NaN };
}

async function compareLoading(folder: string, name: string): Promise<Comparison> {
  const path = join(folder, name);
  const data = await measured(folder, `${name}.data.h5`);
  const result = { name, loaded: 0, saved: NaN } as Comparison & { loaded: number };
  for (const extension of whole) {
    // Keras cannot save some layers as .h5.
    if (!existsSync(`${path}.${extension}`)) continue;
    const model = await loadModel(`${path}.${extension}`);
    await saveModel(model, `${path}.ours.${extension}`);
    for (const weights of extension === "keras" ? [undefined, ...weightsOnly] : [undefined]) {
      if (weights) {
        await saveWeights(model, `${path}.ours.${weights}`);
        await loadWeights(model, `${path}.${weights}`);
      }
      result.loaded = Math.max(
        result.loaded,
        largestDifference(predict(model, data.inputs), data.predictions),
      );
    }
    if (data.losses.length > 0) {
      const losses = await train(model, data, data.losses.length);
      result.loadedLosses = Math.max(
        result.loadedLosses ?? 0,
        largestRelativeDifference(losses, data.losses),
      );
    }
    model.dispose();
  }
  return result;
}

async function compareSaving(
  folder: string,
  name: string,
): Promise<Pick<Comparison, "saved" | "savedLosses">> {
  const data = await measured(folder, `${name}.data.h5`);
  let saved = 0;
  let savedLosses: number | undefined;
  for (const file of savedFiles(folder, name)) {
    const result = await measured(folder, `${file}.result.h5`);
    saved = Math.max(saved, largestDifference(result.predictions, data.predictions));
    if (file.endsWith(".keras") && data.losses.length > 0) {
      savedLosses = Math.max(savedLosses ?? 0, largestRelativeDifference(result.losses, data.losses));
    }
  }
  return savedLosses === undefined ? { saved } : { saved, savedLosses };
}

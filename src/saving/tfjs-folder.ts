import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type * as Tf from "@tensorflow/tfjs";
import { writeWhole } from "../files/write-whole.js";
import { tf } from "../keras/load.js";
import { KerasFileError, reject } from "./errors.js";
import { parseObject } from "./json.js";

const modelName = "model.json";
type Manifest = { paths: string[]; weights: Tf.io.WeightsManifestEntry[] }[];

/**
 * Saves `model` in TensorFlow.js's own format: `model.json` and a file of weights beside it. The weights have their
 * checksum in their name and are written first, so that at every moment `model.json` names weights that are whole.
 */
export async function saveFolder(
  model: Tf.LayersModel,
  folder: string,
  includeOptimizer: boolean,
): Promise<void> {
  const save = async (artifacts: Tf.io.ModelArtifacts): Promise<Tf.io.SaveResult> => {
    const { weightData, weightSpecs, ...topology } = artifacts;
    const weights = Buffer.from(tf.io.concatenateArrayBuffers([weightData ?? []].flat()));
    const name = `weights.${createHash("sha256").update(weights).digest("hex").slice(0, 16)}.bin`;
    const manifest: Manifest = [{ paths: [name], weights: weightSpecs ?? [] }];
    const json = JSON.stringify({ ...topology, weightsManifest: manifest });
    const before = await weightNames(join(folder, modelName));
    await writeWhole(join(folder, name), weights);
    await writeWhole(join(folder, modelName), Buffer.from(json));
    for (const old of before) if (old !== name) await rm(join(folder, old), { force: true });
    return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
  };
  await model.save({ save }, { includeOptimizer });
}

/** Loads what {@link saveFolder} or `model.save("file://...")` wrote; compiled as it was, if asked to. */
export async function loadFolder(path: string, compile: boolean): Promise<Tf.LayersModel> {
  const json = basename(path).endsWith(".json") ? path : join(path, modelName);
  try {
    const text = await readFile(json, "utf8");
    const { trainingConfig, ...topology } = parseObject(text, json);
    const load = (): Promise<Tf.io.ModelArtifacts> =>
      tf.io.getModelArtifactsForJSON(
        (compile && trainingConfig
          ? { ...topology, trainingConfig }
          : topology) as unknown as Tf.io.ModelJSON,
        async (manifest) => [
          manifest.flatMap(({ weights }) => weights),
          await readWeights(
            dirname(json),
            manifest.flatMap(({ paths }) => paths),
          ),
        ],
      );
    return await tf.loadLayersModel({ load });
  } catch (error) {
    if (error instanceof KerasFileError) throw error;
    return reject(
      `${json} is not a model that TensorFlow.js can read (${(error as Error).message})`,
      "model.json and its weights, as saveModel(model, folder) or model.save write them",
      "Save the model again, or give the path of a .keras or .h5 file.",
      error,
    );
  }
}

async function readWeights(folder: string, paths: string[]): Promise<ArrayBuffer> {
  const files = await Promise.all(paths.map((path) => readFile(join(folder, inside(path)))));
  const all = Buffer.concat(files);
  return all.buffer.slice(all.byteOffset, all.byteOffset + all.byteLength);
}

/** The weight files that an existing `model.json` names; none if there is no such model yet. */
async function weightNames(json: string): Promise<string[]> {
  const text = await readFile(json, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return [];
  const { weightsManifest } = parseObject(text, json);
  return ((weightsManifest ?? []) as unknown as Manifest).flatMap(({ paths }) => paths.map(inside));
}

function inside(path: string): string {
  if (path === basename(path) && path !== "..") return path;
  return reject(
    `The model names the weights file ${JSON.stringify(path)}`,
    "a file beside model.json",
    "TensorFlow.js writes no such names: do not use this model.",
  );
}

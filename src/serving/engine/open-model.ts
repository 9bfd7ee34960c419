import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type * as Tf from "@tensorflow/tfjs";
import { exportSavedModel } from "../../graphs/index.js";
import { loadModel } from "../../saving/index.js";
import { runsNatively } from "../../tfjs/native.js";
import type { Signature, TensorInfo } from "../tensors.js";
import { LayersRunner } from "./layers-runner.js";
import type { ModelInfo, PictureInput, PixelRange } from "./messages.js";
import { decodePictures } from "./pictures.js";
import type { Runner } from "./runner.js";
import { readSignatures } from "./saved-model-signatures.js";
import { Session } from "./session.js";

export interface OpenOptions {
  /** What the pixels of pictures become. */
  pixels?: PixelRange | undefined;
  /** The most pixels that a picture may have. */
  mostPixels: number;
}

/**
 * Loads whatever can be served: a SavedModel, or what `loadModel` takes.
 *
 * @throws Error that says what is wrong with the files
 */
export async function openModel(file: string, options: OpenOptions): Promise<Runner> {
  const { info, run } = existsSync(path.join(file, "saved_model.pb"))
    ? openSavedModel(file, options.pixels ?? "0..1")
    : openLayers(await loadModel(file, { compile: false }), options.pixels);
  return {
    info,
    run,
    decode: (signature, files) => decodePictures(info, signature, files, options.mostPixels),
  };
}

type RunModel = Pick<Runner, "info" | "run">;

function openSavedModel(folder: string, pixels: PixelRange): RunModel {
  if (!runsNatively())
    throw new Error(
      `${folder} is a SavedModel, which needs native TensorFlow. \`npm run manabi doctor\` says what is missing.`,
    );
  const { tags, signatures } = readSignatures(folder);
  const session = new Session(folder, tags);
  return {
    info: { platform: "tensorflow_savedmodel", signatures, ...pictureInput(signatures, pixels) },
    run: (name, inputs) => session.run(signatures[name]!, inputs),
  };
}

/** A graph runs several times as fast as layer by layer, so that the model is made one wherever it can be. */
function openLayers(model: Tf.LayersModel, pixels = scalesPixels(model) ? "0..255" : "0..1"): RunModel {
  const range = pixels as PixelRange;
  const folder = mkdtempSync(path.join(tmpdir(), "manabi-serving-"));
  try {
    exportSavedModel(model, folder);
    const { info, run } = openSavedModel(folder, range);
    model.dispose();
    return { info: { ...info, platform: "keras" }, run };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const runner = new LayersRunner(model);
    const info: ModelInfo = {
      platform: "keras",
      signatures: runner.signatures,
      ...pictureInput(runner.signatures, range),
      slow: error.message,
    };
    return { info, run: (_, inputs) => runner.run(inputs) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Whether the first layers of a model do to pixels what others do before the model. */
function scalesPixels(model: Tf.LayersModel): boolean {
  const first = model.layers.filter((layer) => layer.getClassName() !== "InputLayer").slice(0, 3);
  return first.some((layer) =>
    "layers" in layer
      ? scalesPixels(layer as unknown as Tf.LayersModel)
      : ["Rescaling", "Normalization"].includes(layer.getClassName()),
  );
}

function pictureInput(signatures: Record<string, Signature>, range: PixelRange): { picture?: PictureInput } {
  const inputs: TensorInfo[] = Object.values(signatures["serving_default"]?.inputs ?? {});
  const [input] = inputs;
  if (inputs.length !== 1 || input!.shape?.length !== 4 || input!.dtype === "string") return {};
  const [, height, width, channels] = input!.shape as [number, number, number, number];
  if (channels !== 1 && channels !== 3 && channels !== 4) return {};
  return { picture: { height, width, channels, range: input!.dtype === "float" ? range : "0..255" } };
}

import { readFileSync } from "node:fs";
import path from "node:path";
import type * as Tf from "@tensorflow/tfjs";
import { refuse } from "../errors.js";
import { buildNet } from "./build-net.js";
import { readNet } from "./net.js";
import { parseTextFormat } from "./text-format.js";
import { WeightsFile } from "./weights-file.js";

/** A prototxt is a description; this is a hundred times the longest. */
const longestText = 2 ** 26;

/**
 * Loads a network of Caffe as a model for inference and fine tuning: it predicts, shows itself, and is saved like any
 * other.
 *
 * Pictures are `[batch, height, width, channels]`, as everywhere here, whatever Caffe's order. What a net expects of
 * them (mostly BGR, from 0 to 255, a mean subtracted) is not in its files: see where it comes from. Layers keep their
 * names, with `_` in the place of `/`. Any batch size is right, whichever the prototxt has.
 *
 * @param prototxt the path of `deploy.prototxt`
 * @param caffemodel the path of the weights
 * @throws ModelFileError if a file is missing, damaged or hostile, the two are not of one net, or a layer is of a type
 * that is not supported, which it names (docs/other-models.md lists those that are)
 * @example
 * const net = await loadCaffe("deploy.prototxt", "net.caffemodel");
 * net.predict(tf.zeros([1, 5, 5, 2]));
 */
export async function loadCaffe(prototxt: string, caffemodel: string): Promise<Tf.LayersModel> {
  const file = path.basename(prototxt);
  const net = readNet(parseTextFormat(textOf(prototxt), file), file);
  const weights = WeightsFile.open(caffemodel);
  try {
    return await buildNet(net, weights, path.parse(file).name);
  } finally {
    weights.close();
  }
}

function textOf(prototxt: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(prototxt);
  } catch (error) {
    return refuse(
      `${prototxt} cannot be read`,
      "the path of a prototxt",
      "Check the name and the folder.",
      error,
    );
  }
  if (bytes.length > longestText || bytes.includes(0)) {
    refuse(
      `${prototxt} is no text`,
      "the net's description, deploy.prototxt",
      "Call loadCaffe(prototxt, caffemodel), in that order.",
    );
  }
  return bytes.toString();
}

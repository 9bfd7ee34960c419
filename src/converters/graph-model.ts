import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { GraphModel, NamedTensorMap, Tensor, io } from "@tensorflow/tfjs";
import { tf } from "../keras/load.js";
import { quoted, refuse } from "./errors.js";
import type { GraphModelOptions } from "./graph-model-options.js";
import { OpenedModel, type TensorDescription } from "./opened-model.js";
import { openSavedModel, typeName } from "./saved-model.js";

/**
 * Opens a SavedModel of TensorFlow or a graph model of TensorFlow.js. It shows the names, types and shapes of its inputs
 * and outputs.
 *
 * @param location the folder with `saved_model.pb`, or the one with `model.json`, or that file; also a `file://` URL
 * @throws ModelFileError if there is none, it is damaged, or has not the signature or the tags
 * @example
 * exportSavedModel(model, "exported");
 * const opened = await loadGraphModel("exported");
 * const output = await opened.predict(tf.zeros([1, 4, 4]));
 * await opened.dispose();
 */
export async function loadGraphModel(
  location: string,
  options: GraphModelOptions = {},
): Promise<OpenedModel> {
  const given = location.startsWith("file:") ? fileURLToPath(location) : location;
  const info = await stat(given).catch((error: unknown) =>
    refuse(
      `There is no file or folder ${location}`,
      "the path of a model",
      "Check the name and the folder.",
      error,
    ),
  );
  const folder = info.isDirectory() ? given : path.dirname(given);
  const exists = async (name: string): Promise<boolean> =>
    stat(path.join(folder, name)).then(
      (found) => found.isFile(),
      () => false,
    );
  if (!given.endsWith(".json") && (await exists("saved_model.pb"))) return openSavedModel(folder, options);
  const file = info.isDirectory() ? path.join(folder, "model.json") : given;
  if (info.isDirectory() && !(await exists("model.json"))) {
    refuse(
      `${location} has neither saved_model.pb nor model.json`,
      "the folder of a model",
      "Give the folder that has one.",
    );
  }
  return openGraphModel(file);
}

async function openGraphModel(file: string): Promise<OpenedModel> {
  const json = await jsonOf(file);
  if (json.format === "layers-model" || (json.modelTopology && "model_config" in json.modelTopology)) {
    refuse(`${file} is a layers model`, "a graph model", "Call loadModel(path), which loads layers models.");
  }
  let model: GraphModel;
  try {
    const handler: io.IOHandler = {
      load: () => tf.io.getModelArtifactsForJSON(json, (manifest) => weightsOf(manifest, path.dirname(file))),
    };
    model = await tf.loadGraphModel(handler);
  } catch (error) {
    return refuse(
      `${file} cannot be loaded: ${(error as Error).message}`,
      "a graph model with all its files of weights",
      "Convert it again, or copy what is missing.",
      error,
    );
  }
  const { signature } = model as unknown as { signature?: { inputs?: Signature; outputs?: Signature } };
  const inputs = described(model.inputNodes, signature?.inputs);
  const outputs = described(model.outputNodes, signature?.outputs);
  const nodes = { inputs: model.inputNodes, outputs: model.outputNodes };
  let isAsync = false;
  const execute = async (given: NamedTensorMap): Promise<Tensor[]> => {
    if (isAsync) return [await model.executeAsync(given, nodes.outputs)].flat();
    try {
      return [model.execute(given, nodes.outputs)].flat();
    } catch (error) {
      // Loops, and shapes that depend on values, make a graph asynchronous: only this error tells.
      if (!/executeAsync/.test((error as Error).message)) throw error;
      isAsync = true;
      return execute(given);
    }
  };
  return new OpenedModel("TensorFlow.js graph model", inputs, outputs, {
    async run(named) {
      const found = await execute(
        Object.fromEntries(inputs.map(({ name }, i) => [nodes.inputs[i]!, named[name]!])),
      );
      return Object.fromEntries(outputs.map(({ name }, i) => [name, found[i]!]));
    },
    dispose: () => model.dispose(),
  });
}

async function jsonOf(file: string): Promise<io.ModelJSON> {
  const text = await readFile(file, "utf8");
  try {
    const json = JSON.parse(text) as Partial<io.ModelJSON> | null;
    if (typeof json?.modelTopology === "object" || json?.format) return json as io.ModelJSON;
  } catch (error) {
    return refuse(`${file} is no JSON`, "the model.json of a graph model", "Copy it again.", error);
  }
  return refuse(`${file} describes no model`, "the model.json of a graph model", "Is it the right file?");
}

/** The files of weights, one after the other. */
async function weightsOf(
  manifest: io.WeightsManifestConfig,
  folder: string,
): Promise<[io.WeightsManifestEntry[], ArrayBuffer]> {
  const names = manifest.flatMap(({ paths }) => paths);
  const outside = names.find((name) => path.isAbsolute(name) || name.split(/[\\/]/).includes(".."));
  if (outside !== undefined) throw new Error(`it reads ${quoted(outside)}, outside of its folder`);
  const files = await Promise.all(names.map((name) => readFile(path.join(folder, name))));
  const bytes = Buffer.concat(files);
  const specs = manifest.flatMap(({ weights }) => weights);
  return [specs, bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)];
}

interface SignatureTensor {
  /** Of the node, `:0` included. */
  name?: string;
  dtype?: string;
  tensorShape?: { dim?: { size?: string | number }[]; unknownRank?: boolean };
}
type Signature = Record<string, SignatureTensor>;

/** Names as the signature has them, if there is one: those of nodes mean nothing to people. */
function described(nodes: readonly string[], signature: Signature = {}): TensorDescription[] {
  const plain = (name = ""): string => name.replace(/:0$/, "");
  return nodes.map((node) => {
    // A node has its own name, or that which the signature gives it.
    const isOf = ([name, one]: [string, SignatureTensor]): boolean =>
      plain(one.name) === plain(node) || name === node;
    const [name, found] = Object.entries(signature).find(isOf) ?? [node];
    const { dim = [], unknownRank } = found?.tensorShape ?? { unknownRank: true };
    const sizes = dim.map(({ size }) => Number(size ?? 0));
    return {
      name,
      dtype: typeName(found?.dtype),
      shape: unknownRank ? undefined : sizes.map((size) => (size < 0 ? null : size)),
    };
  });
}

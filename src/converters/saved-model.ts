import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Tensor } from "@tensorflow/tfjs";
import { tf } from "../keras/load.js";
import { refuse } from "./errors.js";
import type { GraphModelOptions } from "./graph-model-options.js";
import { int32From } from "./int32.js";
import { OpenedModel, type TensorDescription } from "./opened-model.js";

interface TensorInfo {
  name: string;
  tfDtype: string;
  shape: { getSize(): number }[];
}

/** Opens a folder with `saved_model.pb` in the TensorFlow that runs here. */
export async function openSavedModel(folder: string, options: GraphModelOptions): Promise<OpenedModel> {
  const { node } = tf;
  if (!node) {
    refuse(
      `${folder} is a SavedModel, and no native TensorFlow runs here`,
      "native TensorFlow",
      "`npx manabi doctor` says what it lacks. Or convert the model to a graph model of TensorFlow.js.",
    );
  }
  const graphs = await node
    .getMetaGraphsFromSavedModel(folder)
    .catch((error: unknown) => damaged(folder, error));
  await refuseWithoutVariables(folder);
  const tags = options.tags ?? ["serve"];
  const graph = graphs.find((one) => one.tags.toSorted().join() === tags.toSorted().join());
  if (!graph) {
    return refuse(
      `${folder} has no graph with the tags ${tags.join(", ")}`,
      graphs.map((one) => `[${one.tags.join(", ")}]`).join(" or "),
      "Give one of them: loadGraphModel(path, { tags }).",
    );
  }
  const names = Object.keys(graph.signatureDefs);
  const signature = options.signature ?? (names.length === 1 ? names[0]! : "serving_default");
  const definition = names.includes(signature) ? graph.signatureDefs[signature]! : undefined;
  if (!definition) {
    return refuse(
      `${folder} has no signature ${signature}`,
      names.length > 0 ? `one of ${names.join(", ")}` : "a model that was saved with signatures",
      names.length > 0
        ? "Give one of them: loadGraphModel(path, { signature })."
        : "In Python: tf.saved_model.save(model, folder, signatures=...).",
    );
  }
  const inputs = describe(definition.inputs as never);
  const outputs = describe(definition.outputs as never);
  const model = await node
    .loadSavedModel(folder, tags, signature)
    .catch((error: unknown) => damaged(folder, error));
  return new OpenedModel("TensorFlow SavedModel", inputs, outputs, {
    async run(named) {
      const found = model.predict(named) as Record<string, Tensor>;
      for (const { name, dtype } of outputs) {
        if (dtype === "int64") found[name] = await fromInt64(name, found[name]!);
      }
      return found;
    },
    dispose: () => model.dispose(),
  });
}

/** TensorFlow.js takes int64 for int32, and its numbers for big ones; other operations refuse such a tensor. */
async function fromInt64(name: string, tensor: Tensor): Promise<Tensor> {
  const numbers = int32From(name, await tensor.data(), "int64");
  const { shape } = tensor;
  tensor.dispose();
  return tf.tensor(numbers, shape, "int32");
}

/** TensorFlow loads a model without its weights, too, and fails only when it runs. */
async function refuseWithoutVariables(folder: string): Promise<void> {
  const index = path.join(folder, "variables", "variables.index");
  const graph = await readFile(path.join(folder, "saved_model.pb"));
  if (!graph.includes("VarHandleOp") || existsSync(index)) return;
  damaged(folder, new Error(`there is no ${index}`));
}

function damaged(folder: string, error: unknown): never {
  refuse(
    `${folder} cannot be loaded: ${(error as Error).message}`,
    "a SavedModel: saved_model.pb, and variables/ if it has weights",
    "It is damaged, or not copied whole.",
    error,
  );
}

function describe(infos: Record<string, TensorInfo>): TensorDescription[] {
  return Object.entries(infos).map(([name, { tfDtype, shape }]) => {
    const sizes = shape.map((dimension) => dimension.getSize());
    return { name, dtype: typeName(tfDtype), shape: sizes.map((size) => (size < 0 ? null : size)) };
  });
}

/** TensorFlow's name of a type, `DT_FLOAT`, as NumPy and its own Python have it. */
export function typeName(type = "unknown"): string {
  const name = type.replace("DT_", "").toLowerCase();
  return { float: "float32", double: "float64" }[name] ?? name;
}

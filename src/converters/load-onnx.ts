import { readFile, stat } from "node:fs/promises";
import type { Tensor } from "@tensorflow/tfjs";
import { quoted, refuse } from "./errors.js";
import { fromOnnx, isKnownType, knownTypes, toOnnx } from "./onnx-tensors.js";
import { onnxRuntime, type OnnxRuntime, type OnnxSession, type OnnxValue } from "./onnx-runtime.js";
import { OpenedModel, type TensorDescription } from "./opened-model.js";

/**
 * Opens an ONNX model. It is run by ONNX Runtime, which is installed when it is wanted: the error says how.
 *
 * Pictures are mostly `[batch, channels, height, width]` in such models, as the shapes of the inputs tell:
 * `tf.transpose(x, [0, 3, 1, 2])` turns those from here.
 *
 * @param path the `.onnx` file
 * @throws ModelFileError if it is missing, damaged, or has inputs or outputs that are no tensors; Error if ONNX Runtime is
 * not installed
 * @example
 * const net = await loadOnnx("net.onnx");
 * const scores = await net.predict(tf.zeros([1, 3]));
 */
export async function loadOnnx(path: string): Promise<OpenedModel> {
  const info = await stat(path).catch((error: unknown) =>
    refuse(`${path} cannot be read`, "the path of an .onnx file", "Check the name and the folder.", error),
  );
  if (!info.isFile()) refuse(`${path} is no file`, "an .onnx file", "Give the file's own path.");
  const runtime = await onnxRuntime();
  const session = await sessionOf(runtime, path);
  try {
    const inputs = session.inputMetadata.map((value) => described(path, "Input", value));
    const outputs = session.outputMetadata.map((value) => described(path, "Output", value));
    return new OpenedModel("ONNX model", inputs, outputs, {
      run: (named) => run(runtime, session, inputs, named),
      dispose: () => session.release(),
    });
  } catch (error) {
    await session.release();
    throw error;
  }
}

async function sessionOf(runtime: OnnxRuntime, path: string): Promise<OnnxSession> {
  try {
    // Errors only: its warnings are for those who make models.
    return await runtime.InferenceSession.create(runtime.readsFiles ? path : await readFile(path), {
      logSeverityLevel: 3,
    });
  } catch (error) {
    return refuse(
      `${path} cannot be loaded: ${(error as Error).message}`,
      "an ONNX model, with its files of weights beside it, if it has such",
      "If the message names an operator or an opset, export it for an older opset; else copy the file again.",
      error,
    );
  }
}

/** A size that may be any; the runtime for the web has 2^32 - 1 for -1. */
const isUnknown = (size: number | string): boolean => size === "" || Number(size) < 0 || size === 2 ** 32 - 1;

function described(path: string, kind: string, value: OnnxValue): TensorDescription {
  const type = value.isTensor ? value.type : "no tensor";
  if (!value.isTensor || !isKnownType(type)) {
    return refuse(
      `${kind} ${quoted(value.name)} of ${path} is ${type}`,
      `a tensor of ${knownTypes.join(", ")}`,
      "Export the model otherwise: scikit-learn's with zipmap=False, others in float32.",
    );
  }
  const shape = value.shape.map((size) => (isUnknown(size) ? null : size));
  return { name: value.name, dtype: type, shape };
}

async function run(
  runtime: OnnxRuntime,
  session: OnnxSession,
  inputs: readonly TensorDescription[],
  named: Record<string, Tensor>,
): Promise<Record<string, Tensor>> {
  const given = await Promise.all(
    inputs.map(async ({ name, dtype }) => {
      const tensor = named[name]!;
      return [name, new runtime.Tensor(dtype, await toOnnx(name, dtype, tensor), tensor.shape)] as const;
    }),
  );
  const found = await session.run(Object.fromEntries(given));
  const outputs = Object.entries(found).map(([name, output]) => {
    const tensor = fromOnnx(name, output);
    output.dispose?.();
    return [name, tensor] as const;
  });
  return Object.fromEntries(outputs);
}

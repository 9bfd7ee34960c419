import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

/** A tensor of ONNX Runtime. */
export interface OnnxTensor {
  type: string;
  data: ArrayLike<number> | ArrayLike<bigint> | ArrayLike<string>;
  dims: readonly number[];
  dispose?(): void;
}

/** What its models say of an input or an output; only the name, if it is no tensor. */
export type OnnxValue =
  | { name: string; isTensor: true; type: string; shape: readonly (number | string)[] }
  | { name: string; isTensor: false };

export interface OnnxSession {
  inputMetadata: readonly OnnxValue[];
  outputMetadata: readonly OnnxValue[];
  run(inputs: Record<string, OnnxTensor>): Promise<Record<string, OnnxTensor>>;
  release(): Promise<void>;
}

/** What is used of ONNX Runtime, which is the same in its packages for Node and for the web. */
interface Runtime {
  InferenceSession: {
    create(source: string | Uint8Array, options: { logSeverityLevel: number }): Promise<OnnxSession>;
  };
  Tensor: new (type: string, data: unknown, dims: readonly number[]) => OnnxTensor;
}

export interface OnnxRuntime extends Runtime {
  /** Whether it reads files itself, those of the model's weights, too. */
  readsFiles: boolean;
}

/** The native one is faster; the other is WebAssembly, for computers that the native one is not made for. */
const packages = ["onnxruntime-node", "onnxruntime-web"];

/**
 * ONNX Runtime, if one of its packages is installed, beside the notebook or here.
 *
 * @throws Error that says how to install it
 */
export async function onnxRuntime(): Promise<OnnxRuntime> {
  const failures: string[] = [];
  for (const name of packages) {
    const file = fileOf(name);
    if (file === undefined) continue;
    try {
      // oxlint-disable-next-line no-await-in-loop -- the second one only if the first is of no use
      const found = (await import(pathToFileURL(file).href)) as Runtime & { default?: Runtime };
      const runtime = found.default?.InferenceSession ? found.default : found;
      return {
        InferenceSession: runtime.InferenceSession,
        Tensor: runtime.Tensor,
        readsFiles: name === packages[0],
      };
    } catch (error) {
      failures.push(`${name} does not start: ${(error as Error).message}`);
    }
  }
  throw new Error(
    `${failures.length > 0 ? failures.join("; ") : "loadOnnx needs ONNX Runtime, which is not installed"}. In the folder of the ` +
      "notebook: npm install --ignore-scripts onnxruntime-node (290 MB; Linux, Windows, Macs with Apple's processors) or " +
      "onnxruntime-web (150 MB; slower, on every computer).",
  );
}

/** Where a package is, seen from the notebook's folder and from here. */
function fileOf(name: string): string | undefined {
  for (const from of [path.join(process.cwd(), "notebook.js"), import.meta.url]) {
    try {
      return createRequire(from).resolve(name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  return undefined;
}

import type { ModelVersion } from "../models/version.js";
import { typeInfo, type TensorInfo } from "../tensors.js";

/** The answer to GET of a model: how far each version is. */
export function statusAnswer(versions: readonly ModelVersion[]): string {
  return pretty({
    model_version_status: versions.map(({ version, state, problem }) => ({
      version,
      state,
      status:
        state === "END" && problem !== undefined
          ? { error_code: "UNKNOWN", error_message: problem }
          : { error_code: "OK", error_message: "" },
    })),
  });
}

/** The answer to GET of `/metadata`: what the version takes and gives. */
export function metadataAnswer(name: string, version: ModelVersion): string {
  const tensors = (infos: Record<string, TensorInfo>) =>
    Object.fromEntries(
      Object.entries(infos).map(([key, { dtype, shape, tensor }]) => [
        key,
        {
          dtype: typeInfo(dtype).tensorFlow,
          tensor_shape: {
            dim: (shape ?? []).map((size) => ({ size: String(size), name: "" })),
            unknown_rank: shape === undefined,
          },
          name: tensor,
        },
      ]),
    );
  const signatures = Object.entries(version.info!.signatures).map(([key, { inputs, outputs, method }]) => [
    key,
    { inputs: tensors(inputs), outputs: tensors(outputs), method_name: method, defaults: {} },
  ]);
  return pretty({
    model_spec: { name, signature_name: "", version: { value: version.version } },
    metadata: { signature_def: { signature_def: Object.fromEntries(signatures) as unknown } },
  });
}

export const errorAnswer = (message: string): string => pretty({ error: message });

const pretty = (value: unknown): string => `${JSON.stringify(value, null, 4)}\n`;

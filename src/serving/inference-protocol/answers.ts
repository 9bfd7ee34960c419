import type { ModelVersion } from "../models/version.js";
import { typeInfo, type TensorInfo } from "../tensors.js";

/** The answer to GET of a model: what its default signature takes and gives. */
export function modelMetadata(name: string, versions: readonly string[], { info }: ModelVersion): object {
  const { inputs, outputs } = info!.signatures["serving_default"] ?? Object.values(info!.signatures)[0]!;
  const tensors = (infos: Record<string, TensorInfo>) =>
    Object.entries(infos).map(([key, { dtype, shape }]) => ({
      name: key,
      datatype: typeInfo(dtype).protocol,
      shape: shape ?? [-1],
    }));
  return {
    name,
    versions,
    platform: info!.platform === "keras" ? "keras_model" : info!.platform,
    inputs: tensors(inputs),
    outputs: tensors(outputs),
  };
}

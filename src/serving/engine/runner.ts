import type { Tensor } from "../tensors.js";
import type { ModelInfo } from "./messages.js";

export type Tensors = Record<string, Tensor>;

/** A model that is loaded. */
export interface Runner {
  readonly info: ModelInfo;
  /** Runs a signature on inputs of its types. */
  run(signature: string, inputs: Tensors): Tensors;
  /** Decodes JPEG or PNG files into a signature's only input. */
  decode(signature: string, files: readonly Uint8Array[]): Tensors;
}

import type { Work } from "./models/batcher.js";
import { ServingError, invalid } from "./status.js";
import type { ModelVersion } from "./models/version.js";
import { fits, shapeText, textsOf, type Signature, type Tensor } from "./tensors.js";

export const defaultSignature = "serving_default";

/** How many samples a request has. */
export const rowsIn = (inputs: Record<string, Tensor>): number => Object.values(inputs)[0]?.shape[0] ?? 1;

/** @throws ServingError in TensorFlow Serving's words */
export function signatureOf(version: ModelVersion, name = defaultSignature): Signature {
  const { signatures } = version.info!;
  const signature = Object.hasOwn(signatures, name) ? signatures[name] : undefined;
  if (!signature) throw invalid(`Serving signature name: "${name}" not found in signature def`);
  if (Object.keys(signature.inputs).length === 0)
    throw invalid(`Failed to get input map for signature: ${name === defaultSignature ? "DEFAULT" : name}`);
  return signature;
}

/** Whether the only input of a signature takes encoded pictures, too. */
export const takesPictures = ({ info }: ModelVersion, { inputs }: Signature): boolean =>
  info!.picture !== undefined && Object.keys(inputs).length === 1;

/**
 * What a request's tensors are to the model: values for its inputs, or pictures for the only one.
 *
 * @throws ServingError if a shape is not that of the input
 */
export function workOf(name: string, { inputs: expected }: Signature, inputs: Record<string, Tensor>): Work {
  const [only] = Object.entries(inputs);
  if (only && only[1].dtype === "string" && expected[only[0]]!.dtype !== "string")
    return { signature: name, files: textsOf(only[1].bytes) };
  for (const [input, { shape }] of Object.entries(inputs)) {
    const info = expected[input]!;
    if (!fits(shape, info))
      throw invalid(
        `The input ${input} has the shape ${shapeText(shape)}, but the model takes ${shapeText(info.shape)}` +
          (info.shape?.[0] === -1 ? ", where -1 is the number of samples." : "."),
      );
  }
  return { signature: name, inputs };
}

/** @throws ServingError for one without pictures or more than a model can take */
export function picture(version: ModelVersion, name: string, signature: Signature, file: Buffer): Work {
  if (!takesPictures(version, signature))
    throw new ServingError("UNSUPPORTED_MEDIA_TYPE", `${version.title} takes no pictures. Expected JSON.`);
  return { signature: name, files: [file] };
}

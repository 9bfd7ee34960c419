import type * as Tf from "@tensorflow/tfjs";
import { tf } from "../../keras/load.js";
import { runsNatively } from "../../tfjs/native.js";
import { ServingError, invalid } from "../status.js";
import type { ModelInfo, PictureInput } from "./messages.js";
import { pictureSize } from "./picture-size.js";
import type { Tensors } from "./runner.js";

/**
 * Decodes JPEG and PNG files into a model's only input: colours as the model has them, sizes made its own (bilinear), and
 * pixels in its range.
 *
 * @throws ServingError that says which file is wrong, and how
 */
export function decodePictures(
  { picture, signatures }: ModelInfo,
  signature: string,
  files: readonly Uint8Array[],
  mostPixels: number,
): Tensors {
  const [entry] = Object.entries(signatures[signature]!.inputs);
  if (!picture || !entry) throw invalid("This model takes no pictures.");
  if (!runsNatively()) throw new ServingError("UNIMPLEMENTED", "Pictures need native TensorFlow.");
  const [name, { dtype }] = entry;
  return tf.tidy(() => {
    const decoded = files.map((file, i) => decode(file, picture, mostPixels, `Picture ${i}`));
    const shape = decoded[0]!.shape.join();
    if (decoded.some((one) => one.shape.join() !== shape))
      throw invalid(
        "The pictures of one request differ in size, and the model does not say which one it takes.",
      );
    const stacked = tf.stack(decoded);
    const values = dtype === "float" ? stacked : tf.cast(tf.clipByValue(tf.round(stacked), 0, 255), "int32");
    const numbers = values.dataSync();
    const bytes =
      dtype === "uint8"
        ? Uint8Array.from(numbers)
        : new Uint8Array(numbers.buffer as ArrayBuffer, numbers.byteOffset, numbers.byteLength);
    return { [name]: { dtype, shape: stacked.shape, bytes } };
  });
}

function decode(
  file: Uint8Array,
  { height, width, channels, range }: PictureInput,
  mostPixels: number,
  what: string,
): Tf.Tensor3D {
  const size = pictureSize(file);
  if (!size) throw invalid(`${what} (${file.length} bytes) is neither JPEG nor PNG.`);
  if (size.width * size.height > mostPixels)
    throw new ServingError(
      "PAYLOAD_TOO_LARGE",
      `${what} has ${size.width} x ${size.height} pixels, more than the ${mostPixels} that this server decodes.`,
    );
  return tf.tidy(() => {
    let pixels: Tf.Tensor3D;
    try {
      pixels = tf.node.decodeImage(file, channels, "int32", false) as Tf.Tensor3D;
    } catch (error) {
      throw invalid(`${what} cannot be decoded: ${(error as Error).message.split("\n").at(-1)}`);
    }
    const target: [number, number] = [height < 0 ? size.height : height, width < 0 ? size.width : width];
    const isSize = pixels.shape[0] === target[0] && pixels.shape[1] === target[1];
    const resized = isSize
      ? tf.cast(pixels, "float32")
      : tf.image.resizeBilinear(pixels, target, false, true);
    if (range === "0..255") return resized;
    const unit = tf.div(resized, 255);
    return (range === "0..1" ? unit : tf.sub(tf.mul(unit, 2), 1)) as Tf.Tensor3D;
  });
}

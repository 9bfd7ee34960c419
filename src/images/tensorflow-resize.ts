import { resizeTaps, type TensorflowInterpolation } from "../arrays/resize-taps.js";
import type { FloatPicture, Pixels, Size } from "./pixels.js";

/**
 * A picture in another size, as `tf.image.resize` in Python gives it, which smooths nothing where a picture shrinks; "area"
 * does. https://www.tensorflow.org/api_docs/python/tf/image/resize
 *
 * @param aspect whether to cut the middle out first, in the proportions of the new size, or to frame the picture in 0 for that
 */
export function tensorflowResize(
  picture: Pixels,
  size: Size,
  interpolation: TensorflowInterpolation,
  aspect: "stretch" | "crop" | "pad" = "stretch",
): FloatPicture {
  if (aspect === "pad") return resizedInFrame(picture, size, interpolation);
  const { height, width, channels } = picture;
  const isCut = aspect === "crop";
  const highest = isCut ? Math.min(height, Math.trunc((width * size[0]) / size[1])) : height;
  const widest = isCut ? Math.min(width, Math.trunc((height * size[1]) / size[0])) : width;
  const part: Size = [Math.max(1, highest), Math.max(1, widest)];
  const top = Math.trunc((height - part[0]) / 2);
  const left = Math.trunc((width - part[1]) / 2);
  const rows = Array.from({ length: size[0] }, (_, i) => resizeTaps[interpolation](i, part[0], size[0]));
  const columns = Array.from({ length: size[1] }, (_, i) => resizeTaps[interpolation](i, part[1], size[1]));
  const data = new Float32Array(size[0] * size[1] * channels);
  const line = new Float64Array(width * channels);
  let to = 0;
  for (const row of rows) {
    line.fill(0);
    row.weights.forEach((weight, k) => {
      const from = (top + row.first + k) * line.length;
      for (let i = 0; i < line.length; i++) line[i]! += weight * picture.data[from + i]!;
    });
    for (const { first, weights } of columns) {
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let k = 0, at = (left + first) * channels + channel; k < weights.length; k++, at += channels)
          sum += weights[k]! * line[at]!;
        data[to++] = sum;
      }
    }
  }
  return { data, height: size[0], width: size[1], channels };
}

/** The whole picture, as large as it has room, with 0 around it: `tf.image.resize_with_pad`. */
function resizedInFrame(
  picture: Pixels,
  [height, width]: Size,
  interpolation: TensorflowInterpolation,
): FloatPicture {
  const ratio = Math.max(Math.fround(picture.width / width), Math.fround(picture.height / height));
  const inner = [picture.height, picture.width].map((length) => Math.fround(length / ratio)) as [
    number,
    number,
  ];
  const size: Size = [Math.max(1, Math.floor(inner[0])), Math.max(1, Math.floor(inner[1]))];
  const top = Math.max(0, Math.floor((height - inner[0]) / 2));
  const left = Math.max(0, Math.floor((width - inner[1]) / 2));
  const resized = tensorflowResize(picture, size, interpolation);
  const { channels } = picture;
  const data = new Float32Array(height * width * channels);
  const rowSize = size[1] * channels;
  for (let row = 0; row < size[0]; row++)
    data.set(
      resized.data.subarray(row * rowSize, (row + 1) * rowSize),
      ((top + row) * width + left) * channels,
    );
  return { data, height, width, channels };
}

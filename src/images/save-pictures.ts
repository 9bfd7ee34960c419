import path from "node:path";
import { sharp } from "./decode.js";
import { channelsToEnd, type PictureSettings } from "./make-picture.js";
import { boundsOf } from "./transform.js";

export interface Saving {
  saveToDir: string;
  savePrefix?: string;
  saveFormat?: "png" | "jpeg" | "jpg";
}

/** Writes pictures to files `{prefix}_{index}_{hash}.{format}`, their numbers brought to 0 to 255 as Keras does. */
export async function savePictures(
  pictures: Float32Array,
  { size, channels, dataFormat }: PictureSettings,
  indices: Int32Array,
  hashes: number[],
  { saveToDir, savePrefix = "", saveFormat = "png" }: Saving,
): Promise<void> {
  const [height, width] = size;
  const length = height * width * channels;
  const format = saveFormat === "jpg" ? "jpeg" : saveFormat;
  await Promise.all(
    hashes.map(async (hash, i) => {
      const data = pictures.subarray(i * length, (i + 1) * length);
      const picture = { data, height, width, channels };
      const bytes = inBytes(dataFormat === "channelsFirst" ? channelsToEnd(picture) : data);
      const raw = { width, height, channels: channels as 1 | 3 | 4 };
      const file = path.join(saveToDir, `${savePrefix}_${indices[i]}_${hash}.${saveFormat}`);
      await sharp()(bytes, { raw }).toFormat(format).toFile(file);
    }),
  );
}

function inBytes(data: Float32Array): Uint8Array {
  const [lowest, highest] = boundsOf(data);
  const range = highest - lowest || 1;
  return Uint8Array.from(data, (value) =>
    Math.trunc(Math.fround(Math.fround((value - lowest) / range) * 255)),
  );
}

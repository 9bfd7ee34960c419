import type { FileHandle } from "node:fs/promises";
import { writeWhole } from "../../files/write-whole.js";
import { notebookHost } from "../../host/notebook-host.js";
import { headerBytes } from "./npy-header.js";
import { encode, type NpyDtype, type Saveable } from "./npy-values.js";
import { ZipWriter } from "./zip-writer.js";

/**
 * Writes an `.npy` file of NumPy's, byte by byte what `numpy.save` writes
 * (https://numpy.org/doc/stable/reference/generated/numpy.save.html). The file is there as a whole or not at all.
 *
 * Typed arrays and tensors keep their type, numbers in JavaScript arrays are float64, texts are as wide as the longest.
 *
 * @param dtype another type: `"bool"`, `"float16"`, `"int64"`, …
 * @throws TypeError for what is neither numbers nor texts; RangeError for numbers that `dtype` does not hold
 *
 * @example
 * await saveNpy("x.npy", x);
 * await saveNpy("mask.npy", [1, 0, 1], { dtype: "bool" });
 */
export async function saveNpy(
  path: string,
  array: Saveable,
  options: { dtype?: NpyDtype } = {},
): Promise<void> {
  const { dtype, shape, bytes } = encode(array, options.dtype);
  await writeWhole(path, async (file) => {
    const header = headerBytes(dtype, shape);
    await writeAt(file, header, 0);
    await writeAt(file, bytes, header.length);
  });
}

export interface SaveNpzOptions {
  /** Whether the arrays are deflated, as by `numpy.savez_compressed`. Default false. */
  compressed?: boolean;
  /** Other types for some of the arrays: `{ mask: "bool" }`. */
  dtypes?: Record<string, NpyDtype>;
}

/**
 * Writes arrays to an `.npz` archive of NumPy's, as `numpy.savez`
 * (https://numpy.org/doc/stable/reference/generated/numpy.savez.html), each as `saveNpy` does. Archives above 4 GiB are zip64.
 *
 * @throws as `saveNpy`; RangeError for a name in `dtypes` that is no array's
 *
 * @example
 * await saveNpz("data.npz", { x, y, names: ["monkey", "boar"] }, { compressed: true });
 */
export async function saveNpz(
  path: string,
  arrays: Readonly<Record<string, Saveable>>,
  options: SaveNpzOptions = {},
): Promise<void> {
  const { compressed = false, dtypes = {} } = options;
  for (const name of Object.keys(dtypes))
    if (!Object.hasOwn(arrays, name))
      throw new RangeError(`dtypes names ${JSON.stringify(name)}, but there is no such array.`);
  // All are checked before the first is written.
  const encoded = Object.entries(arrays).map(([name, value]) => ({ name, ...encode(value, dtypes[name]) }));
  await writeWhole(path, async (file) => {
    const zip = new ZipWriter((bytes, position) => writeAt(file, bytes, position));
    for (const { name, dtype, shape, bytes } of encoded)
      await zip.add(`${name}.npy`, [headerBytes(dtype, shape), bytes], compressed);
    await zip.finish();
  });
}

const chunkBytes = 1 << 24;

async function writeAt(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    notebookHost()?.interruptSignal().throwIfAborted();
    const length = Math.min(chunkBytes, bytes.length - done);
    done += (await file.write(bytes, done, length, position + done)).bytesWritten;
  }
}

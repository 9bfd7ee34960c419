// oxlint-disable no-underscore-dangle -- the names of Emscripten
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Dataset } from "h5wasm";

export type Hdf5Module = Awaited<typeof import("h5wasm").ready>;

/** Lets HDF5 read what h5py compresses by `lzf`, its own filter. */
export async function installFilters(module: Hdf5Module): Promise<void> {
  const { FS } = module;
  const folder = module.get_plugin_search_paths()[0]!;
  if (FS.analyzePath(folder).exists) return;
  const filter = "libH5Zlzf.so";
  const file = fileURLToPath(import.meta.resolve(`h5wasm-plugins/plugins/${filter}`));
  const bytes = await readFile(file);
  FS.mkdirTree(folder);
  FS.writeFile(`${folder}/${filter}`, bytes);
}

/** The fields of a number of 16 bits: one for the sign, these for the exponent, the rest for the fraction. */
const halfPrecision = { exponentBits: 5, fractionBits: 10 };

/** What weights may be stored in. */
export const numberTypes = "float16, bfloat16, float32 or float64";

/** The numbers of `dataset` as float32, or undefined if it holds none of {@link numberTypes}. */
export function floatsOf(dataset: Dataset, module: Hdf5Module): Float32Array | undefined {
  const { type, size } = dataset.metadata;
  if (type === 1 && size === 2) return fromHalf(bytesOf(dataset, module), dataset.metadata.littleEndian);
  if (isBfloat16(dataset)) return fromBfloat16(bytesOf(dataset, module));
  if (type !== 1) return undefined;
  const { value } = dataset;
  return typeof value === "number" ? Float32Array.of(value) : Float32Array.from(value as Float64Array);
}

/** The name of a type in errors. */
export function typeName({ metadata: { type, size } }: Dataset): string {
  const names = ["whole numbers", "float", "times", "texts", "bits", "opaque bytes"];
  return type === 1 ? `float${size * 8}` : (names[type] ?? `HDF5's type class ${type}`);
}

/** HDF5 has no such type: Keras writes opaque bytes, and beside them what they are. */
function isBfloat16({ metadata: { type, size }, attrs }: Dataset): boolean {
  return type === 5 && size === 2 && attrs["dtype"]?.value === "bfloat16";
}

/** The bytes of a dataset whose type h5wasm does not read. */
function bytesOf({ file_id, path, metadata }: Dataset, module: Hdf5Module): DataView {
  const length = metadata.size * metadata.total_size;
  const pointer = module._malloc(length);
  try {
    module.get_dataset_data(file_id, path, null, null, null, BigInt(pointer));
    return new DataView(module.HEAPU8.slice(pointer, pointer + length).buffer);
  } finally {
    module._free(pointer);
  }
}

function fromBfloat16(bytes: DataView): Float32Array {
  const bits = Uint32Array.from(
    { length: bytes.byteLength / 2 },
    (_, i) => bytes.getUint16(2 * i, true) << 16,
  );
  return new Float32Array(bits.buffer);
}

function fromHalf(bytes: DataView, littleEndian: boolean): Float32Array {
  return Float32Array.from({ length: bytes.byteLength / 2 }, (_, i) =>
    half(bytes.getUint16(2 * i, littleEndian)),
  );
}

function half(bits: number): number {
  const { exponentBits, fractionBits } = halfPrecision;
  const sign = bits >> (exponentBits + fractionBits) ? -1 : 1;
  const exponent = (bits >> fractionBits) & (2 ** exponentBits - 1);
  const fraction = (bits & (2 ** fractionBits - 1)) / 2 ** fractionBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  if (exponent === 0) return sign * fraction * 2 ** (1 - bias);
  if (exponent === 2 ** exponentBits - 1) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction) * 2 ** (exponent - bias);
}

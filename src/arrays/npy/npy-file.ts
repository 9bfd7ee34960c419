import { open, type FileHandle } from "node:fs/promises";
import { totalmem } from "node:os";
import { basename } from "node:path";
import type { NdArray } from "../ndarray.js";
import {
  bigIntsFromBytes,
  nameOfDtype,
  numbersFromBytes,
  textsFromBytes,
  type RawArray,
} from "../numpy-dtype.js";
import { numpyGlobals, PickledArray, readPickle } from "../pickle.js";
import { FileSource, type ByteSource } from "./byte-source.js";
import { readHeader, type NpyHeader } from "./npy-header.js";

/** Values that no `NdArray` holds, with their shape. */
export interface Shaped<Data> {
  data: Data;
  shape: readonly number[];
}

/**
 * An open array file of NumPy's, of which any rows can be read: what `openNpy` gives, and `openNpz` for each of its arrays.
 * Rows are the parts of the first axis; an array without axes is read as a whole.
 */
export class NpyFile {
  private constructor(
    /** Of the file, or of the array in an archive. */
    readonly name: string,
    private readonly source: ByteSource,
    private readonly header: NpyHeader,
    private readonly file: FileHandle | undefined,
  ) {}

  /** Reads the header only. `file` is closed with what is made. */
  static async of(source: ByteSource, name: string, file?: FileHandle): Promise<NpyFile> {
    return new NpyFile(name, source, await readHeader(source, name), file);
  }

  /** NumPy's name of the type: `<f4`, `|b1`, `<U5`. */
  get dtype(): string {
    return nameOfDtype(this.header.dtype);
  }

  get shape(): readonly number[] {
    return this.header.shape;
  }

  /** The number of rows; 1 for an array without axes. */
  get length(): number {
    return this.shape[0] ?? 1;
  }

  /** Whether these are numbers or truth values, which `read` reads. */
  get isNumeric(): boolean {
    const { kind, size } = this.header.dtype;
    return "biuf".includes(kind) && size <= 8;
  }

  /**
   * The numbers of the rows from `start` up to, not including, `end`. Whole numbers of 64 bits become int32 where all of them
   * fit, else float64; half floats become float32, truth values bytes.
   *
   * @throws Error for texts and objects, whole numbers that are not exact in float64, a damaged file, or more numbers than this
   *   machine has memory for; RangeError for rows that are not there
   */
  async read(start = 0, end = this.length): Promise<NdArray> {
    const raw = await this.raw(start, end);
    return numbersFromBytes(raw.bytes, raw.dtype, raw.shape, raw);
  }

  /** The same of whole numbers of 64 bits, exactly. @throws Error for other types, and as `read` */
  async readBigInts(start = 0, end = this.length): Promise<Shaped<BigInt64Array | BigUint64Array>> {
    const raw = await this.raw(start, end);
    return { data: bigIntsFromBytes(raw), shape: raw.shape };
  }

  /** The same of texts, and of bytes, which are read as UTF-8. @throws Error for other types, and as `read` */
  async readTexts(start = 0, end = this.length): Promise<Shaped<string[]>> {
    const raw = await this.raw(start, end);
    return { data: textsFromBytes(raw), shape: raw.shape };
  }

  /**
   * All values of an array of Python's objects, row after row: lists of numbers, texts and the like. They are read as
   * `readPickle` does, without running anything.
   * @throws Error for other types, PickleError for other objects
   */
  async readObjects(): Promise<readonly unknown[]> {
    if (this.header.dtype.kind !== "O")
      throw new Error(`${this.name} holds ${this.dtype} where Python's objects were expected.`);
    const bytes = allocate(this.source.size - this.header.start, this.name);
    await this.source.read(bytes, this.header.start);
    const { value } = readPickle(bytes, { name: this.name, globals: numpyGlobals });
    if (!(value instanceof PickledArray))
      throw new Error(`${this.name} holds a pickle of something else than an array.`);
    return value.objects(this.name);
  }

  /** All rows in turn, `size` at a time. What is compressed is read once that way. @throws as `read` */
  async *batches(size: number): AsyncGenerator<NdArray, void> {
    if (!Number.isInteger(size) || size < 1)
      throw new RangeError(`A batch has rows, but ${size} were asked for.`);
    for (let start = 0; start < this.length; start += size)
      yield await this.read(start, Math.min(this.length, start + size));
  }

  /** Closes the file; of an archive's arrays, the archive does. */
  async close(): Promise<void> {
    this.source.close();
    await this.file?.close();
  }

  private async raw(start: number, end: number): Promise<RawArray> {
    const { dtype, shape, fortranOrder, start: dataStart } = this.header;
    if (!(
      Number.isInteger(start) &&
      Number.isInteger(end) &&
      0 <= start &&
      start <= end &&
      end <= this.length
    ))
      throw new RangeError(
        `${this.name} has the rows 0 to ${this.length}, but ${start} to ${end} were asked for.`,
      );
    if (dtype.kind === "O")
      throw new Error(
        `${this.name} holds Python's objects: save numbers or texts, or rows of one length, instead.`,
      );
    const rows = shape.length === 0 ? [] : [end - start, ...shape.slice(1)];
    const size = rows.reduce((product, length) => product * length, dtype.size);
    const bytes = allocate(size, this.name);
    const rowsApart = fortranOrder && shape.length > 1 && rows[0] !== shape[0];
    const row = size / (end - start || 1);
    if (!rowsApart) await this.source.read(bytes, dataStart + start * row);
    else {
      // The first index changes fastest: the rows' numbers are together in runs, one for each of the other indices.
      const run = (end - start) * dtype.size;
      for (let i = 0; i * run < size; i++)
        await this.source.read(
          bytes.subarray(i * run, (i + 1) * run),
          dataStart + (i * this.length + start) * dtype.size,
        );
    }
    return { bytes, dtype, shape: rows, fortranOrder, name: this.name };
  }
}

function allocate(size: number, name: string): Uint8Array {
  const memory = Math.min(totalmem(), process.constrainedMemory?.() || Infinity);
  try {
    if (size <= memory) return new Uint8Array(size);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new RangeError(
    `${name} needs ${(size / 2 ** 30).toFixed(1)} GiB, more than this machine or Node gives at once: read its rows in parts, ` +
      "by openNpy or openNpz.",
  );
}

/**
 * Opens an `.npy` file of NumPy's, to read parts of what is larger than memory. Close it afterwards.
 *
 * @throws Error if there is no such file or it is none of NumPy's; its header is checked before memory is taken, and no code in
 *   it is run
 *
 * @example
 * await saveNpy("table.npy", [[1, 2], [3, 4], [5, 6]]);
 * const file = await openNpy("table.npy");
 * file.shape; // [3, 2]
 * await file.read(1, 3); // its last two rows
 * for await (const rows of file.batches(2)) console.log(rows);
 * await file.close();
 */
export async function openNpy(path: string): Promise<NpyFile> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const name = basename(path);
    return await NpyFile.of(new FileSource(file, 0, size, name), name, file);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Reads an `.npy` file of NumPy's, of numbers or truth values; with `as`, of texts or of whole numbers of 64 bits exactly. As
 * `numpy.load` (https://numpy.org/doc/stable/reference/generated/numpy.load.html), without pickles.
 *
 * Whole numbers of 64 bits become int32 where all of them fit, else float64; half floats become float32, truth values bytes.
 *
 * @throws Error as `openNpy` and `NpyFile.read`
 *
 * @example
 * await saveNpy("names.npy", ["monkey", "boar", "crow"]);
 * const { data } = await loadNpy("names.npy", { as: "texts" }); // three strings
 * await saveNpy("x.npy", Float32Array.of(1, 2, 3));
 * await loadNpy("x.npy"); // float32 [3]
 */
export async function loadNpy(path: string, options?: { as?: "numbers" }): Promise<NdArray>;
export async function loadNpy(path: string, options: { as: "texts" }): Promise<Shaped<string[]>>;
export async function loadNpy(
  path: string,
  options: { as: "bigints" },
): Promise<Shaped<BigInt64Array | BigUint64Array>>;
export async function loadNpy(
  path: string,
  options: { as?: "numbers" | "texts" | "bigints" } = {},
): Promise<NdArray | Shaped<string[]> | Shaped<BigInt64Array | BigUint64Array>> {
  const file = await openNpy(path);
  try {
    if (options.as === "texts") return await file.readTexts();
    return await (options.as === "bigints" ? file.readBigInts() : file.read());
  } finally {
    await file.close();
  }
}

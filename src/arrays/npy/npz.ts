import { open, type FileHandle } from "node:fs/promises";
import { basename } from "node:path";
import type { NdArray } from "../ndarray.js";
import { CheckedSource, FileSource, InflatedSource, type ByteSource } from "./byte-source.js";
import { NpyFile } from "./npy-file.js";
import { dataStart, readDirectory, type ZipMember } from "./zip-directory.js";

/** An open archive of NumPy's: what `openNpz` gives. */
export class NpzFile {
  readonly #opened = new Map<string, NpyFile>();

  private constructor(
    private readonly source: ByteSource,
    private readonly file: FileHandle,
    private readonly archive: string,
    private readonly members: ReadonlyMap<string, ZipMember>,
  ) {}

  /** `file` is closed with what is made, or if nothing is made. */
  static async of(file: FileHandle, archive: string): Promise<NpzFile> {
    try {
      const { size } = await file.stat();
      const source = new FileSource(file, 0, size, archive);
      const members = (await readDirectory(source, archive)).filter(({ name }) => name.endsWith(".npy"));
      return new NpzFile(
        source,
        file,
        archive,
        new Map(members.map((each) => [each.name.slice(0, -4), each])),
      );
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Of the arrays, without `.npy`. */
  get names(): string[] {
    return [...this.members.keys()];
  }

  /** One array, of which only the header is read. @throws Error if it is not there, damaged, or compressed by something else */
  async array(name: string): Promise<NpyFile> {
    const opened = this.#opened.get(name);
    if (opened) return opened;
    const member = this.members.get(name);
    if (!member)
      throw new Error(
        `${this.archive} has no array ${JSON.stringify(name)}; it has ${this.names.map((each) => JSON.stringify(each)).join(", ")}.`,
      );
    const title = `${this.archive}: ${name}`;
    const start = await dataStart(this.source, member, this.archive);
    const packed = new FileSource(this.file, start, member.packedSize, title);
    if (member.method !== 0 && member.method !== 8)
      throw new Error(
        `${title} is compressed by method ${member.method} of zip; NumPy writes none and "deflate".`,
      );
    const bytes = member.method === 0 ? packed : new InflatedSource(packed, member.size, title);
    const made = await NpyFile.of(new CheckedSource(bytes, member.checksum, title), title);
    this.#opened.set(name, made);
    return made;
  }

  async close(): Promise<void> {
    for (const array of this.#opened.values()) await array.close();
    await this.file.close();
  }
}

/**
 * Opens an `.npz` archive of NumPy's, to choose among its arrays, or to read parts of what is larger than memory. Close it
 * afterwards.
 *
 * @throws Error if there is no such file or it is none of NumPy's
 *
 * @example
 * await saveNpz("data.npz", { x: [[1, 2], [3, 4]], names: ["a", "b"] });
 * const archive = await openNpz("data.npz");
 * archive.names; // x, names
 * const x = await archive.array("x");
 * await x.read(0, 1); // its first row
 * await (await archive.array("names")).readTexts();
 * await archive.close();
 */
export async function openNpz(path: string): Promise<NpzFile> {
  return NpzFile.of(await open(path), basename(path));
}

/**
 * Reads the arrays of an `.npz` archive of NumPy's, or those that `names` has, as `loadNpy` reads one; compressed or not. An
 * array of texts or objects among them fails only when it is looked at; `openNpz` reads texts.
 *
 * @throws Error as `openNpz`; if an array is not there, or damaged
 *
 * @example
 * await saveNpz("points.npz", { x: [[1, 2], [3, 4]], y: Uint8Array.of(0, 1) });
 * const { x, y } = await loadNpz("points.npz");
 */
export async function loadNpz(
  path: string,
  options: { names?: readonly string[] } = {},
): Promise<Record<string, NdArray>> {
  const archive = await openNpz(path);
  try {
    const arrays: Record<string, NdArray> = {};
    for (const name of options.names ?? archive.names) {
      const array = await archive.array(name);
      const property = array.isNumeric
        ? { value: await array.read(), writable: true }
        : { get: refuse(array) };
      // By definition, since "__proto__" may be a name.
      Object.defineProperty(arrays, name, { ...property, enumerable: true, configurable: true });
    }
    return arrays;
  } finally {
    await archive.close();
  }
}

const refuse =
  ({ name, dtype }: NpyFile): (() => never) =>
  () => {
    throw new TypeError(
      `${name} holds ${dtype}, which are no numbers. openNpz reads texts: (await archive.array(name)).readTexts().`,
    );
  };

import type { Attribute, Dataset, File, Group } from "h5wasm";
import { maxExpansion } from "./archive.js";
import { KerasFileError, reject } from "./errors.js";
import { floatsOf, type Hdf5Module, installFilters, numberTypes, typeName } from "./hdf5-numbers.js";
import type { Values } from "./values.js";

/**
 * HDF5 through h5wasm. Files live in the WebAssembly module's own memory, never on disk: external links and external
 * storage of a hostile file reach nothing.
 */
async function loadHdf5() {
  const h5 = await import("h5wasm");
  const module = await h5.ready;
  // Errors are thrown, not printed: without this h5wasm writes HDF5-DIAG stacks to stderr and returns -1.
  module.activate_throwing_error_handler();
  await installFilters(module);
  return { h5, module };
}

let serial = 0;

/** Read access to one HDF5 file; `path` in errors is the file's own. */
export class Hdf5Reader {
  constructor(
    private readonly file: File,
    readonly path: string,
    private readonly byteLength: number,
    private readonly module: Hdf5Module,
  ) {}

  /** The group at `name` (`""`: the root), or undefined. */
  group(name: string): Group | undefined {
    return this.resolve(name, "Group") as Group | undefined;
  }

  /** A string attribute, or undefined. */
  text(name: string, attribute: string): string | undefined {
    const value = this.group(name)?.attrs[attribute];
    const text = value && this.attribute(value);
    return typeof text === "string" ? text : undefined;
  }

  /** A list-of-strings attribute; Keras cuts long ones into `name0`, `name1`, ... */
  texts(name: string, attribute: string): string[] | undefined {
    const attributes = this.group(name)?.attrs;
    if (!attributes) return undefined;
    if (attribute in attributes) return strings(this.attribute(attributes[attribute]!));
    const chunks: string[] = [];
    for (let i = 0; `${attribute}${i}` in attributes; i++)
      chunks.push(...strings(this.attribute(attributes[`${attribute}${i}`]!)));
    return `${attribute}0` in attributes ? chunks : undefined;
  }

  has(name: string): boolean {
    return this.resolve(name, "Dataset") !== undefined;
  }

  /** The values of a dataset as float32; it must have `shape` where that is given. */
  floats(name: string, shape?: readonly number[]): Values {
    const dataset = this.dataset(name);
    const found = dataset.metadata.shape ?? [];
    if (shape && (found.length !== shape.length || found.some((size, i) => size !== shape[i]))) {
      reject(
        `${this.path}: the weight ${name} has the shape [${found.join()}]`,
        `[${shape.join()}], as the model's layer has it`,
        "The weights belong to another architecture: load the file they were saved with.",
      );
    }
    const data = this.value(dataset, () => floatsOf(dataset, this.module));
    if (!data) {
      reject(
        `${this.path}: ${name} holds ${typeName(dataset)}`,
        numberTypes,
        "Save the model again with weights of one of these types.",
      );
    }
    return { shape: found, data };
  }

  /** A scalar number. */
  number(name: string): number {
    const dataset = this.dataset(name);
    if (dataset.metadata.total_size !== 1) {
      reject(
        `${this.path}: ${name} has the shape [${dataset.shape?.join()}]`,
        "a single number",
        "Save the model again.",
      );
    }
    const value = this.value(dataset, () => floatsOf(dataset, this.module)?.[0] ?? dataset.value);
    return Number(ArrayBuffer.isView(value) ? (value as Int32Array)[0] : value);
  }

  /** Bytes that all datasets take as float32, if they can be in a file of this size. */
  weightBytes(): number {
    let bytes = 0;
    let groups = 0;
    const visit = (group: Group): void => {
      if (++groups > 100_000 || group.path.split("/").length > 64) {
        reject(
          `${this.path} has groups within groups without end`,
          "a group for each layer",
          "Save the model again with Keras, which writes no links between groups.",
        );
      }
      for (const key of group.keys()) {
        const name = group.path === "/" ? key : `${group.path.slice(1)}/${key}`;
        const child = this.group(name);
        if (child) visit(child);
        else if (this.has(name))
          bytes += this.dataset(name).metadata.total_size * Float32Array.BYTES_PER_ELEMENT;
      }
    };
    visit(this.file);
    return Math.min(bytes, maxExpansion * this.byteLength);
  }

  private dataset(name: string): Dataset {
    const dataset = this.resolve(name, "Dataset") as Dataset | undefined;
    if (!dataset) {
      reject(
        `${this.path} lacks the dataset ${name}`,
        "the weights of every layer of the model",
        "Load weights into the model that they were saved from; a model has to be built before it is saved.",
      );
    }
    if (dataset.metadata.virtual_sources) {
      reject(
        `${this.path}: ${name} is a virtual dataset, which reads other files`,
        "values stored in this file",
        "Save the model again into one file.",
      );
    }
    return dataset;
  }

  private attribute(attribute: Attribute): unknown {
    this.checkSize(attribute, 1);
    return attribute.value;
  }

  /** Memory that WebAssembly once has it never gives back. */
  private checkSize(
    { path, metadata }: Pick<Dataset | Attribute, "path" | "metadata">,
    expansion: number,
  ): void {
    const bytes = metadata.total_size * metadata.size;
    if (bytes <= expansion * this.byteLength) return;
    reject(
      `${this.path}: ${path} claims ${bytes} bytes in a file of ${this.byteLength}`,
      `at most ${expansion} times the size of the file, so that none exhausts memory`,
      "Save the model again without compression.",
    );
  }

  private value<T>(dataset: Dataset, read: () => T): T {
    this.checkSize(dataset, maxExpansion);
    try {
      return read();
    } catch (error) {
      const filter = /required filter '?([^']*)'? is not registered/.exec(String(error))?.[1];
      if (filter !== undefined) {
        reject(
          `${this.path}: ${dataset.path} is compressed by ${filter || "a filter that HDF5 does not have itself"}`,
          "gzip, lzf or no compression",
          "Save the model again without it.",
          error,
        );
      }
      return reject(
        `${this.path}: ${dataset.path} of shape [${dataset.shape?.join()}] cannot be read (${firstLine(error)})`,
        "readable values within 2 GB",
        "If the file was copied, copy it again; else save the model again.",
        error,
      );
    }
  }

  private resolve(name: string, type: "Group" | "Dataset"): unknown {
    if (name === "") return type === "Group" ? this.file : undefined;
    let found: unknown = this.file;
    for (const part of name.split("/")) {
      if (!part) continue;
      const parent = found as Group;
      if (parent?.type !== ("Group" as Group["type"]) || !parent.keys().includes(part)) return undefined;
      found = parent.get(part);
      if ((found as Group | null)?.type === ("ExternalLink" as Group["type"])) {
        reject(
          `${this.path}: ${name} links to another file`,
          "a file that holds its own weights",
          "Save the model again into one file.",
        );
      }
    }
    return (found as Group | null)?.type === (type as Group["type"]) ? found : undefined;
  }
}

/**
 * The HDF5 library reads a heap of texts, object after object, without end if one takes no room (H5HGcache.c of HDF5 2.0).
 * https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html#GlobalHeap
 */
function checkHeaps(bytes: Uint8Array, path: string): void {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const objectHeader = 16;
  for (let heap = -1; (heap = view.indexOf("GCOL\x01\0\0\0", heap + 1, "latin1")) >= 0;) {
    if (heap + objectHeader > view.length) return;
    const end = heap + Number(view.readBigUInt64LE(heap + 8));
    for (let at = heap + objectHeader; at + objectHeader <= Math.min(end, view.length);) {
      const size = Number(view.readBigUInt64LE(at + 8));
      const isFree = view.readUInt16LE(at) === 0;
      const room = isFree ? size : objectHeader + 8 * Math.ceil(size / 8);
      if (room > 0 && at + room <= end) at += room;
      else {
        reject(
          `${path} is not a readable HDF5 file (its heap of texts at byte ${heap} is damaged)`,
          "an HDF5 file as Keras writes it",
          "The file is damaged: copy it again or save the model again.",
        );
      }
    }
  }
}

/** Gives `use` read access to the HDF5 file in `bytes`. */
export async function readHdf5<T>(bytes: Uint8Array, path: string, use: (file: Hdf5Reader) => T): Promise<T> {
  checkHeaps(bytes, path);
  const { h5, module } = await loadHdf5();
  const name = `/read-${serial++}.h5`;
  module.FS.writeFile(name, bytes);
  let file: File | undefined;
  try {
    file = new h5.File(name, "r");
    return use(new Hdf5Reader(file, path, bytes.length, module));
  } catch (error) {
    if (!isHdf5Error(error)) throw error;
    return reject(
      `${path} is not a readable HDF5 file (${firstLine(error)})`,
      "an HDF5 file as Keras writes it",
      "The file is damaged, cut short or of another format: copy it again or save the model again.",
      error,
    );
  } finally {
    file?.close();
    module.FS.unlink(name);
  }
}

/** Write access to a new HDF5 file. */
export class Hdf5Writer {
  constructor(private readonly file: File) {}

  /** Creates the group `name` and the groups above it, where missing. */
  group(name: string): Group {
    let group: Group = this.file;
    for (const part of name.split("/").filter(Boolean)) {
      group = group.keys().includes(part) ? (group.get(part) as Group) : group.create_group(part);
    }
    return group;
  }

  text(name: string, attribute: string, value: string): void {
    this.group(name).create_attribute(attribute, value);
  }

  /** An empty list is left out, as Keras reads a missing list as an empty one. */
  texts(name: string, attribute: string, values: readonly string[]): void {
    const group = this.group(name);
    if (values.length > 0) group.create_attribute(attribute, [...values]);
  }

  floats(name: string, { shape, data }: Values): void {
    this.create(name, data, shape, "<f");
  }

  /** A scalar int64. */
  integer(name: string, value: number): void {
    this.create(name, BigInt64Array.of(BigInt(value)), [], "<q");
  }

  private create(name: string, data: Float32Array | BigInt64Array, shape: number[], dtype: string): void {
    const slash = name.lastIndexOf("/");
    const parent = slash < 0 ? this.file : this.group(name.slice(0, slash));
    parent.create_dataset({ name: name.slice(slash + 1), data, shape, dtype });
  }
}

/** The bytes of the HDF5 file that `build` fills. */
export async function writeHdf5(build: (file: Hdf5Writer) => void): Promise<Uint8Array> {
  const { h5, module } = await loadHdf5();
  const name = `/write-${serial++}.h5`;
  const file = new h5.File(name, "w");
  let open = true;
  try {
    build(new Hdf5Writer(file));
    file.close();
    open = false;
    return module.FS.readFile(name);
  } finally {
    if (open) file.close();
    module.FS.unlink(name);
  }
}

/** h5wasm gives one string for a list of one, and numbers for an empty list. */
function strings(value: unknown): string[] {
  return [value].flat().filter((item) => typeof item === "string");
}

/** Whether the HDF5 library itself has failed, or what it reads has led it out of its memory. */
export function isHdf5Error(error: unknown): boolean {
  if (error instanceof KerasFileError) return false;
  return String(error).includes("HDF5-DIAG") || (error as Error).name === "RuntimeError";
}

function firstLine(error: unknown): string {
  const lines = (error instanceof Error ? error.message : String(error)).split("\n");
  return (/\(\): (.*)$/.exec(lines.find((line) => line.includes("():")) ?? "")?.[1] ?? lines[0])!;
}

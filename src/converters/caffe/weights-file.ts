import { closeSync, fstatSync, openSync } from "node:fs";
import { refuse } from "../errors.js";
import { delimitedWire, varintWire, WireFile, wire32, wire64, type WireField } from "./wire-format.js";

/** Numbers that stand in a row: packed, or each behind a tag of its own. */
interface Run {
  start: number;
  count: number;
  /** Bytes from one number to the next. */
  stride: number;
  isDouble: boolean;
}

/** An array of weights in the file. */
export class Blob {
  constructor(
    private readonly file: WireFile,
    readonly shape: readonly number[],
    private readonly runs: readonly Run[],
  ) {}

  /** How many numbers it has. */
  get size(): number {
    return this.runs.reduce((sum, { count }) => sum + count, 0);
  }

  /** Reads from the file as many numbers as `target` has, from the one at `first` on. */
  read(target: Float32Array, first: number): void {
    let before = 0;
    for (const { start, count, stride, isDouble } of this.runs) {
      const [from, to] = [Math.max(first, before), Math.min(first + target.length, before + count)];
      if (from < to) {
        const part = target.subarray(from - first, to - first);
        const at = start + (from - before) * stride;
        if (stride === 4) this.file.read(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
        else this.convert(part, at, stride, isDouble);
      }
      before += count;
    }
  }

  private convert(target: Float32Array, start: number, stride: number, isDouble: boolean): void {
    const atOnce = 2 ** 14;
    const width = isDouble ? 8 : 4;
    for (let first = 0; first < target.length; first += atOnce) {
      const count = Math.min(atOnce, target.length - first);
      const bytes = new Uint8Array((count - 1) * stride + width);
      this.file.read(bytes, start + first * stride);
      const view = new DataView(bytes.buffer);
      for (let i = 0; i < count; i++) {
        target[first + i] = isDouble ? view.getFloat64(i * stride, true) : view.getFloat32(i * stride, true);
      }
    }
  }
}

/** Where the two newer generations of the format have a layer, its name and its blobs. */
const generations: Record<number, { name: number; blobs: number }> = {
  2: { name: 4, blobs: 6 },
  100: { name: 1, blobs: 7 },
};
/** In a layer of `layers`: what the oldest generation has there. */
const oldestLayer = 1;
const [dataField, shapeField, doubleField] = [5, 7, 8];
/** More than any net has layers, or an array pieces: a file made to fill the memory has. */
const most = 100_000;

/** The weights of a `.caffemodel`, by the names of their layers. */
export class WeightsFile {
  private constructor(
    private readonly descriptor: number,
    readonly name: string,
    private readonly layers: ReadonlyMap<string, readonly Blob[]>,
  ) {}

  /**
   * Opens a file and looks what is where in it; the weights are not read yet.
   *
   * @throws ModelFileError if it is missing, or no `.caffemodel`
   */
  static open(path: string): WeightsFile {
    let descriptor: number;
    try {
      descriptor = openSync(path, "r");
    } catch (error) {
      return refuse(
        `${path} cannot be read`,
        "the path of a .caffemodel",
        "Check the name and the folder.",
        error,
      );
    }
    try {
      const stat = fstatSync(descriptor);
      if (!stat.isFile()) refuse(`${path} is no file`, "a .caffemodel", "Give the file's own path.");
      const file = new WireFile(descriptor, stat.size, path);
      refuseHdf5(file);
      return new WeightsFile(descriptor, path, layersOf(file));
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  /** The blobs of a layer; undefined if the file has no layer of that name. */
  blobs(layer: string): readonly Blob[] | undefined {
    return this.layers.get(layer);
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

function refuseHdf5(file: WireFile): void {
  const start = new Uint8Array(Math.min(4, file.size));
  file.read(start, 0);
  if (Buffer.from(start).toString("latin1") !== "\x89HDF") return;
  refuse(
    `${file.name} is an HDF5 file`,
    "a .caffemodel in the form of protocol buffers",
    "Have Caffe write it so: load the net there, and net.save('net.caffemodel').",
  );
}

function layersOf(file: WireFile): Map<string, Blob[]> {
  const layers = new Map<string, Blob[]>();
  for (const { field, wire, start, end } of file.fields(0, file.size)) {
    const generation = generations[field];
    if (!generation) continue;
    if (wire !== delimitedWire) file.damaged(start);
    let name = "";
    const blobs: Blob[] = [];
    if (layers.size > most) file.damaged(start);
    for (const part of file.fields(start, end)) {
      if (part.field === generation.name && part.wire === delimitedWire)
        name = file.text(part.start, part.end);
      else if (part.field === generation.blobs && part.wire === delimitedWire) {
        blobs.push(blobOf(file, part));
        if (blobs.length > 1000) file.damaged(start);
      } else if (field === 2 && part.field === oldestLayer && part.wire === delimitedWire) refuseOldest(file);
    }
    // Caffe takes each of them in turn, so that the last one counts; those without weights have none to give.
    if (blobs.length > 0 || !layers.has(name)) layers.set(name, blobs);
  }
  return layers;
}

function refuseOldest(file: WireFile): never {
  refuse(
    `${file.name} is of Caffe's first format, of 2013`,
    "layers of the second or third one",
    "Convert it with Caffe's own tool: upgrade_net_proto_binary.",
  );
}

function blobOf(file: WireFile, { start, end }: WireField): Blob {
  const legacy: number[] = [];
  let shape: number[] | undefined;
  const runs: Run[] = [];
  for (const part of file.fields(start, end)) {
    if (part.field <= 4 && part.wire === varintWire) legacy[part.field - 1] = part.value;
    else if (part.field === shapeField && part.wire === delimitedWire) shape = shapeOf(file, part);
    else if (part.field === dataField || part.field === doubleField) addRun(file, runs, part);
  }
  const blob = new Blob(file, shape ?? Array.from({ length: 4 }, (_, axis) => legacy[axis] ?? 1), runs);
  const expected = blob.shape.reduce((product, size) => product * size, 1);
  if (blob.size !== expected) {
    refuse(
      `${file.name}: an array at byte ${start} has ${blob.size} numbers for a shape of [${blob.shape.join(", ")}]`,
      `${expected} numbers`,
      "It is damaged, or not written by Caffe: copy it again.",
    );
  }
  return blob;
}

function shapeOf(file: WireFile, { start, end }: WireField): number[] {
  const sizes: number[] = [];
  for (const part of file.fields(start, end)) {
    if (part.field !== 1) continue;
    if (part.wire === varintWire) sizes.push(part.value);
    else if (part.wire === delimitedWire) sizes.push(...packedVarints(file, part));
  }
  if (sizes.length > 32) file.damaged(start);
  return sizes;
}

/** At most 33 of them, one more than an array has axes. */
function packedVarints(file: WireFile, { start, end }: WireField): number[] {
  const bytes = new Uint8Array(Math.min(end - start, 33 * 10));
  file.read(bytes, start);
  const numbers: number[] = [];
  let [value, factor] = [0, 1];
  for (const byte of bytes) {
    value += (byte & 127) * factor;
    factor *= 128;
    if (byte >= 128) continue;
    numbers.push(value);
    [value, factor] = [0, 1];
  }
  return numbers;
}

function addRun(file: WireFile, runs: Run[], { field, wire, start, end }: WireField): void {
  const isDouble = field === doubleField;
  const width = isDouble ? 8 : 4;
  if (wire === delimitedWire) {
    if ((end - start) % width !== 0) file.damaged(start);
    if (end > start) runs.push({ start, count: (end - start) / width, stride: width, isDouble });
    if (runs.length > most) file.damaged(start);
    return;
  }
  if (wire !== (isDouble ? wire64 : wire32)) file.damaged(start);
  const last = runs.at(-1);
  // A number of its own begins with one byte of tag.
  if (
    last?.isDouble === isDouble &&
    last.stride === width + 1 &&
    start === last.start + last.count * last.stride
  ) {
    last.count++;
  } else {
    runs.push({ start, count: 1, stride: width + 1, isDouble });
    if (runs.length > most) file.damaged(start);
  }
}

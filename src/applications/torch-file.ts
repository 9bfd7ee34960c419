import { PickleError, readPickle, textOf, type PickleGlobal } from "../arrays/pickle.js";

/** A tensor of a file of PyTorch's: a view of numbers that others may share. */
export interface TorchTensor {
  shape: readonly number[];
  /** How far apart neighbors along each axis are. */
  strides: readonly number[];
  offset: number;
  storage: Storage;
}

interface Storage {
  kind: "FloatStorage" | "LongStorage";
  count: number;
  /** Undefined for whole numbers, which weights are not. */
  numbers?: Float32Array;
}

const magic = 119547037146038801333356n;
const bytesOf = { FloatStorage: 4, LongStorage: 8 };

/**
 * The tensors of a file as `torch.save` wrote them before version 1.6: five pickles, then the numbers. Nothing in the file is run:
 * it may name dictionaries and tensors, and nothing else.
 *
 * @param name of the file, for errors
 * @throws PickleError if the file is damaged or foreign, or wants more than that
 */
export function readTorchFile(bytes: Uint8Array, name: string): Map<string, TorchTensor> {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) {
    throw new PickleError(
      `${name} is a zip archive, as torch.save writes since version 1.6. Save it with _use_new_zipfile_serialization=False.`,
    );
  }
  const storages = new Map<string, Storage>();
  let start = 0;
  const next = (globals = {}, persistentId?: (id: unknown) => unknown): unknown => {
    const { value, end } = readPickle(bytes, { name, start, globals, ...(persistentId && { persistentId }) });
    start = end;
    return value;
  };
  if (next() !== magic)
    throw new PickleError(`${name} does not begin as files of torch.save do, those from before version 1.6.`);
  next();
  next();
  const tensors = next(torchGlobals, (id) => storageOf(id, storages, name));
  const keys = next();
  if (!(tensors instanceof Map) || !Array.isArray(keys))
    throw new PickleError(`${name} holds no dictionary of tensors.`);
  readStorages(bytes, start, keys, storages, name);
  const found = new Map<string, TorchTensor>();
  for (const [key, tensor] of tensors as Map<unknown, unknown>) {
    if (typeof key !== "string" || !isTensor(tensor))
      throw new PickleError(`${name} holds ${String(key)}, which is no tensor.`);
    checkBounds(tensor, key, name);
    found.set(key, tensor);
  }
  return found;
}

const torchGlobals: Record<string, PickleGlobal> = {
  // Its state is what modules note of their versions.
  "collections OrderedDict": { make: () => new Map(), setState: () => {} },
  "torch FloatStorage": {},
  "torch LongStorage": {},
  "torch._utils _rebuild_tensor_v2": {
    make: ([storage, offset, shape, strides]): TorchTensor => ({
      storage: storage as Storage,
      offset: offset as number,
      shape: shape as number[],
      strides: strides as number[],
    }),
  },
};

/** A persistent id is `("storage", class, key, "cpu", count, None)`. */
function storageOf(id: unknown, storages: Map<string, Storage>, name: string): Storage {
  const [word, type, key, , count] = Array.isArray(id) ? (id as unknown[]) : [];
  const kind = (type as { name?: string } | undefined)?.name?.replace("torch ", "");
  if (textOf(word) !== "storage" || !isKind(kind) || typeof key !== "string" || !isSize(count))
    throw new PickleError(`${name} refers to something else than numbers of a tensor.`);
  const known = storages.get(key) ?? { kind, count };
  storages.set(key, known);
  return known;
}

function readStorages(
  bytes: Uint8Array,
  start: number,
  keys: unknown[],
  storages: Map<string, Storage>,
  name: string,
): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = start;
  for (const key of keys) {
    const storage = storages.get(String(key));
    const count = at + 8 <= buffer.length ? Number(buffer.readBigInt64LE(at)) : NaN;
    if (!storage || count !== storage.count)
      throw new PickleError(
        `${name}, byte ${at}: the numbers ${String(key)} are not those that it announces.`,
      );
    at += 8;
    const end = at + count * bytesOf[storage.kind];
    if (end > buffer.length)
      throw new PickleError(
        `${name} is cut short: it has ${buffer.length} bytes, and ${end} or more are announced.`,
      );
    if (storage.kind === "FloatStorage") {
      // A copy, because numbers have to begin at a multiple of their size.
      const copied = new Uint8Array(buffer.subarray(at, end));
      storage.numbers = new Float32Array(copied.buffer, 0, count);
    }
    at = end;
  }
}

function checkBounds({ shape, strides, offset, storage }: TorchTensor, key: string, name: string): void {
  const count = shape.reduce((product, size) => product * size, 1);
  const last = shape.reduce((place, size, axis) => place + (size - 1) * strides[axis]!, offset);
  const isMissing = storage.kind === "FloatStorage" && !storage.numbers;
  if (isMissing || count > storage.count || (count > 0 && last >= storage.count))
    throw new PickleError(`${name}: the tensor ${key} of [${shape.join(", ")}] reaches beyond its numbers.`);
}

const isKind = (kind: unknown): kind is Storage["kind"] => kind === "FloatStorage" || kind === "LongStorage";
const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function isTensor(value: unknown): value is TorchTensor {
  const { storage, offset, shape, strides } = (value ?? {}) as Partial<TorchTensor>;
  return (
    isKind(storage?.kind) &&
    isSize(offset) &&
    Array.isArray(shape) &&
    Array.isArray(strides) &&
    shape.length === strides.length &&
    shape.length <= 8 &&
    [...(shape as unknown[]), ...(strides as unknown[])].every(isSize)
  );
}

/**
 * The numbers of a tensor with its axes in another order, row after row.
 *
 * @param axes for each axis of the result, which of the tensor's it is
 * @throws PickleError if it holds whole numbers
 */
export function numbersOf(
  { shape, strides, offset, storage }: TorchTensor,
  axes: readonly number[],
): { shape: number[]; data: Float32Array } {
  const { numbers } = storage;
  if (!numbers) throw new PickleError("A tensor of whole numbers stands where weights were expected.");
  const [sizes, steps] = [axes.map((axis) => shape[axis]!), axes.map((axis) => strides[axis]!)];
  const count = sizes.reduce((product, size) => product * size, 1);
  let expected = 1;
  const isInOrder = sizes.toReversed().every((size, i) => {
    const fits = size === 1 || steps.at(-1 - i) === expected;
    expected *= size;
    return fits;
  });
  if (isInOrder) return { shape: sizes, data: numbers.subarray(offset, offset + count) };
  const data = new Float32Array(count);
  const place = sizes.map(() => 0);
  let from = offset;
  for (let i = 0; i < count; i++) {
    data[i] = numbers[from]!;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++place[axis]! < sizes[axis]!) break;
      from -= steps[axis]! * sizes[axis]!;
      place[axis] = 0;
    }
  }
  return { shape: sizes, data };
}

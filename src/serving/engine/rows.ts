import { bytesOfTexts, sizeOf, textsOf, typeInfo, type Tensor } from "../tensors.js";

type Tensors = Record<string, Tensor>;

/** Some rows of a tensor, that is of its first dimension. */
export function rowsOfTensor({ dtype, shape, bytes }: Tensor, start: number, count: number): Tensor {
  const width = sizeOf(shape.slice(1));
  const part = [count, ...shape.slice(1)];
  const { size } = typeInfo(dtype);
  if (dtype === "string") {
    const texts = textsOf(bytes).slice(start * width, (start + count) * width);
    return { dtype, shape: part, bytes: bytesOfTexts(texts) };
  }
  return { dtype, shape: part, bytes: bytes.subarray(start * width * size, (start + count) * width * size) };
}

/** Tensors one below the other. */
function joinRows(tensors: readonly Tensor[]): Tensor {
  const [first] = tensors;
  const shape = [tensors.reduce((rows, tensor) => rows + tensor.shape[0]!, 0), ...first!.shape.slice(1)];
  return { dtype: first!.dtype, shape, bytes: Buffer.concat(tensors.map(({ bytes }) => bytes)) };
}

/** Runs `total` rows in parts of at most `rows`, so that memory stays bounded; 0 for all at once. */
export function inParts(
  total: number,
  rows: number,
  run: (start: number, count: number) => Tensors,
): Tensors {
  if (rows === 0 || total <= rows) return run(0, total);
  const parts: Tensors[] = [];
  for (let start = 0; start < total; start += rows) parts.push(run(start, Math.min(rows, total - start)));
  return mapTensors(parts[0]!, (_, name) => joinRows(parts.map((part) => part[name]!)));
}

export const mapTensors = <T>(
  tensors: Tensors,
  map: (tensor: Tensor, name: string) => T,
): Record<string, T> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, map(tensor, name)]));

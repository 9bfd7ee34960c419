/** Writes files as torch.save did before version 1.6, opcode by opcode; as little of pickle as that needs. */
const bytes = (...parts: (number | string | Buffer)[]): Buffer =>
  Buffer.concat(
    parts.map((part) =>
      typeof part === "number"
        ? Buffer.of(part)
        : typeof part === "string"
          ? Buffer.from(part, "latin1")
          : part,
    ),
  );

function text(value: string): Buffer {
  const content = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(content.length);
  return bytes("X", length, content);
}

function int(value: number): Buffer {
  const content = Buffer.alloc(4);
  content.writeInt32LE(value);
  return bytes("J", content);
}

const tuple = (...items: Buffer[]): Buffer => bytes("(", ...items, "t");
const dictionary = bytes("ccollections\nOrderedDict\n", ")R");
const pickle = (content: Buffer): Buffer => bytes(0x80, 2, content, ".");

export interface WrittenTensor {
  storage: string;
  shape: number[];
  strides: number[];
  offset?: number;
  type?: string;
}

function tensor(
  { storage, shape, strides, offset = 0, type = "FloatStorage" }: WrittenTensor,
  count: number,
): Buffer {
  const id = tuple(
    text("storage"),
    bytes(`ctorch\n${type}\n`),
    text(storage),
    text("cpu"),
    int(count),
    bytes("N"),
  );
  const args = tuple(
    bytes(id, "Q"),
    int(offset),
    tuple(...shape.map(int)),
    tuple(...strides.map(int)),
    bytes(0x89),
    dictionary,
  );
  return bytes("ctorch._utils\n_rebuild_tensor_v2\n", args, "R");
}

/** `counts`: what the tensors are told of the storages, where it is not the truth. */
export function torchFile(
  tensors: Record<string, WrittenTensor>,
  storages: Record<string, Float32Array>,
  counts: Record<string, number> = {},
): Buffer {
  const entries = Object.entries(tensors).flatMap(([name, one]) => [
    text(name),
    tensor(one, counts[one.storage] ?? storages[one.storage]!.length),
  ]);
  const magic = Buffer.from("6cfc9c46f9206aa85019", "hex");
  return bytes(
    pickle(bytes(0x8a, magic.length, magic)),
    pickle(int(1001)),
    pickle(bytes("}(", text("little_endian"), 0x88, "u")),
    pickle(bytes(dictionary, "(", ...entries, "u", "}(", text("_metadata"), dictionary, "u", "b")),
    pickle(bytes("](", ...Object.keys(storages).map(text), "e")),
    ...Object.values(storages).map((numbers) => {
      const count = Buffer.alloc(8);
      count.writeBigInt64LE(BigInt(numbers.length));
      return bytes(count, Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength));
    }),
  );
}

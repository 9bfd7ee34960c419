import { readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import protobuf from "protobufjs/minimal.js";

export type Scalar = [folder: string, tag: string, step: number, value: number];

/** The scalars of all event files below a folder; what test/fixtures/keras/events.py gives by TensorFlow's own reader. */
export function scalarsIn(folder: string): Scalar[] {
  const files = (readdirSync(folder, { recursive: true }) as string[])
    .filter((file) => basename(file).startsWith("events.out.tfevents."))
    .toSorted();
  return files.flatMap((file) =>
    records(readFileSync(join(folder, file))).flatMap((record) =>
      scalarsOf(record, basename(dirname(join(folder, file)))),
    ),
  );
}

/** TFRecord: the length (64 bits), a checksum of it, the bytes, a checksum of them. */
function records(bytes: Buffer): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let start = 0; start < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(start));
    found.push(bytes.subarray(start + 12, start + 12 + length));
    start += length + 16;
  }
  return found;
}

/** Event { step = 2, summary = 5 { value = 1 { tag = 1, simple_value = 2 } } } */
function scalarsOf(event: Uint8Array, folder: string): Scalar[] {
  let step = 0;
  const values: [tag: string, value: number][] = [];
  fields(event, {
    2: (reader) => (step = Number(reader.int64())),
    5: (reader) =>
      fields(reader.bytes(), {
        1: (inner) => {
          const value: [string, number] = ["", 0];
          fields(inner.bytes(), {
            1: (of) => (value[0] = of.string()),
            2: (of) => (value[1] = of.float()),
          });
          values.push(value);
        },
      }),
  });
  return values.map(([tag, value]) => [folder, tag, step, value]);
}

function fields(bytes: Uint8Array, read: Record<number, (reader: protobuf.Reader) => unknown>): void {
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const take = read[tag >>> 3];
    if (take) take(reader);
    else reader.skipType(tag & 7);
  }
}

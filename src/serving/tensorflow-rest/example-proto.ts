import protobuf from "protobufjs/minimal.js";
import type { Example, Feature } from "./examples.js";

const delimited = 2;

/**
 * Writes a `tf.train.Example`: Example { features = 1 { map feature = 1 } }, Feature { bytes_list = 1, float_list = 2, int64_list
 * = 3 }, each list { value = 1 }.
 */
export function encodeExample(example: Example): Uint8Array {
  const to = protobuf.Writer.create();
  message(to, 1, () => {
    for (const [name, feature] of example)
      message(to, 1, () => {
        to.uint32((1 << 3) | delimited).string(name);
        message(to, 2, () => feature && writeFeature(to, feature));
      });
  });
  return to.finish();
}

function writeFeature(to: protobuf.Writer, feature: Feature): void {
  if (feature.kind === "bytes")
    message(to, 1, () => {
      for (const value of feature.values) to.uint32((1 << 3) | delimited).bytes(value);
    });
  else if (feature.kind === "float")
    message(to, 2, () => packed(to, feature.values, (value) => to.float(value)));
  else message(to, 3, () => packed(to, feature.values, (value) => to.int64(longOf(value))));
}

function packed<T>(to: protobuf.Writer, values: readonly T[], write: (value: T) => void): void {
  if (values.length > 0) message(to, 1, () => values.forEach(write));
}

/** The halves of a whole number of 64 bits. */
const longOf = (value: bigint) => ({
  low: Number(BigInt.asIntN(32, value)),
  high: Number(BigInt.asIntN(32, value >> 32n)),
  unsigned: false,
});

function message(to: protobuf.Writer, field: number, fields: () => void): void {
  to.uint32((field << 3) | delimited).fork();
  fields();
  to.ldelim();
}

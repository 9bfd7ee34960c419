import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import protobuf from "protobufjs/minimal.js";
import { tag, VARINT, writeMessage, type Fields } from "./protocol-buffers.js";
import type { Signature, SignatureTensor } from "./saved-model.js";

/**
 * Writes the requests that TensorFlow Serving runs before it says that a model is available: one for each batch size, of zeros.
 * https://www.tensorflow.org/tfx/serving/saved_model_warmup
 *
 * @param directory of the SavedModel
 */
export function writeWarmUp(directory: string, { inputs }: Signature, batchSizes: readonly number[]): void {
  const records = batchSizes.map((batchSize) => record(predictionLog(inputs, batchSize)));
  const folder = path.join(directory, "assets.extra");
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "tf_serving_warmup_requests"), Buffer.concat(records));
}

/** PredictionLog { predict_log = 6 { request = 1 { model_spec = 1 { signature_name = 3 }, map inputs = 2 } } } */
function predictionLog(inputs: Record<string, SignatureTensor>, batchSize: number): Uint8Array {
  const to = protobuf.Writer.create();
  writeMessage(to, 6, () =>
    writeMessage(to, 1, () => {
      writeMessage(to, 1, () => tag(to, 3).string("serving_default"));
      for (const [name, { dtype, shape }] of Object.entries(inputs))
        writeMessage(to, 2, () => {
          tag(to, 1).string(name);
          writeMessage(to, 2, zeros(dtype, [batchSize, ...shape.slice(1).map((size) => Math.abs(size))]));
        });
    }),
  );
  return to.finish();
}

/** Bytes of an element, by TensorFlow's numbers of types: float, int32, bool. */
const sizes: Record<number, number> = { 1: 4, 3: 4, 10: 1 };

/** TensorProto { dtype = 1, tensor_shape = 2 { dim = 2 { size = 1 } }, tensor_content = 4 } */
const zeros =
  (dtype: number, shape: readonly number[]): Fields =>
  (to) => {
    tag(to, 1, VARINT).int32(dtype);
    writeMessage(to, 2, () => {
      for (const size of shape) writeMessage(to, 2, () => tag(to, 1, VARINT).int64(size));
    });
    const size = sizes[dtype];
    if (size === undefined)
      throw new Error(`exportSavedModel: no warm-up request can be made for type ${dtype}.`);
    tag(to, 4).bytes(new Uint8Array(shape.reduce((product, length) => product * length, size)));
  };

/** A record of TensorFlow's files: its length, the sum of that, its bytes, and the sum of those. */
function record(bytes: Uint8Array): Buffer {
  const framed = Buffer.alloc(bytes.length + 16);
  framed.writeBigUInt64LE(BigInt(bytes.length), 0);
  framed.writeUInt32LE(maskedSum(framed.subarray(0, 8)), 8);
  framed.set(bytes, 12);
  framed.writeUInt32LE(maskedSum(bytes), bytes.length + 12);
  return framed;
}

/** Of CRC-32C (Castagnoli), for each byte. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

/** https://www.tensorflow.org/tutorials/load_data/tfrecord */
function maskedSum(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = table[(sum ^ byte) & 0xff]! ^ (sum >>> 8);
  sum = (sum ^ 0xffffffff) >>> 0;
  return (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
}

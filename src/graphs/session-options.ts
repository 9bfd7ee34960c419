import { writeFileSync } from "node:fs";
import { join } from "node:path";
import protobuf from "protobufjs/minimal.js";
import { tag, VARINT, writeMessage, type Fields } from "./protocol-buffers.js";

/** RewriterConfig { memory_optimization: NO_MEM_OPT, meta_optimizer_iterations: ONE, disable_tfg_optimizer: true } */
const rewriterConfig: Fields = (to) => {
  tag(to, 4, VARINT).int32(1);
  tag(to, 12, VARINT).int32(1);
  tag(to, 32, VARINT).bool(true);
};

/** ConfigProto { graph_options: GraphOptions { rewrite_options } } */
const options = protobuf.Writer.create();
writeMessage(options, 10, (to) => writeMessage(to, 10, rewriterConfig));
const optionBytes = options.finish();

/**
 * Has TensorFlow optimize a program in one round, of what training profits from: constants are folded, arithmetic is
 * simplified, operations are fused. By default it goes two rounds, and besides looks for what can be recomputed to save
 * a GPU's memory, and for the same as before by way of MLIR: three quarters of the time.
 *
 * @param directory of a SavedModel. A binding that was not compiled by set-up (native/session-options.cc) does not look
 */
export function writeSessionOptions(directory: string): void {
  writeFileSync(join(directory, "session_options.pb"), optionBytes);
}

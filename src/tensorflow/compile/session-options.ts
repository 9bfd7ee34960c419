import { writeFileSync } from "node:fs";
import { join } from "node:path";
import protobuf from "protobufjs/minimal.js";

/** ConfigProto { graph_options = 10: GraphOptions { rewrite_options = 10: RewriterConfig { … } } }, without its fields. */
const inRewriterConfig = (write: (to: protobuf.Writer) => protobuf.Writer): Uint8Array =>
  write(protobuf.Writer.create().uint32(0x52).fork().uint32(0x52).fork()).ldelim().ldelim().finish();

/**
 * Has TensorFlow optimize a program in one round, of what training profits from: constants are folded, arithmetic is
 * simplified, operations are fused. By default it goes two rounds, and besides looks for what can be recomputed to save
 * a GPU's memory, and for the same as before by way of MLIR: three quarters of the time.
 *
 * @param directory of a SavedModel. A binding that was not compiled by set-up (kernel-setup/session-options.cc) does not look
 */
export function writeSessionOptions(directory: string): void {
  const [memory, iterations, withoutTfg] = [4, 12, 32].map((field) => field << 3);
  const options = inRewriterConfig((to) =>
    to.uint32(memory!).int32(1).uint32(iterations!).int32(1).uint32(withoutTfg!).bool(true),
  );
  writeFileSync(join(directory, "session_options.pb"), options);
}

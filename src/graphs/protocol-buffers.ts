/** Writing protocol buffers field by field. https://protobuf.dev/programming-guides/encoding/ */
import type protobuf from "protobufjs/minimal.js";

/** Writes one field, or all fields of a message. */
export type Fields = (to: protobuf.Writer) => void;

/** How a value is written. Texts, bytes and messages are delimited. */
export const [VARINT, DELIMITED, FIXED32] = [0, 2, 5];

export const tag = (to: protobuf.Writer, field: number, wire = DELIMITED): protobuf.Writer =>
  to.uint32((field << 3) | wire);

export function writeMessage(to: protobuf.Writer, field: number, fields: Fields): void {
  tag(to, field).fork();
  fields(to);
  to.ldelim();
}

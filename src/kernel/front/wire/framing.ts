import type { JsonObject } from "../../contracts.js";
import type { Header, Message } from "./message.js";
import type { Signer } from "./signature.js";

/** Frames that are no message of a front end that knows the key. */
export class RefusedMessage extends Error {
  override readonly name = "RefusedMessage";
}

const delimiter = Buffer.from("<IDS|MSG>");

/**
 * The frames of a message: identities, delimiter, signature, header, parent header, metadata, content, buffers.
 * https://jupyter-client.readthedocs.io/en/stable/messaging.html#the-wire-protocol
 */
export function encode(message: Message, signer: Signer): Uint8Array[] {
  const parts = [message.header, message.parentHeader, message.metadata, message.content].map((part) =>
    Buffer.from(JSON.stringify(part)),
  );
  return [...message.identities, delimiter, Buffer.from(signer.sign(parts)), ...parts, ...message.buffers];
}

/** @throws RefusedMessage saying why these frames cannot be a message, or may not be trusted. */
export function decode(frames: readonly Uint8Array[], signer: Signer): Message {
  const start = frames.findIndex((frame) => delimiter.equals(frame));
  if (start < 0) throw new RefusedMessage("no <IDS|MSG> delimiter");
  const [signature, ...rest] = frames.slice(start + 1);
  const parts = rest.slice(0, 4);
  if (!signature || parts.length < 4) throw new RefusedMessage(`${frames.length} frames are too few`);
  const refusal = signer.refusal(signature, parts);
  if (refusal) throw new RefusedMessage(`its signature is ${refusal}`);
  const [header, parentHeader, metadata, content] = parts.map(parseObject) as [
    JsonObject,
    JsonObject,
    JsonObject,
    JsonObject,
  ];
  if (!isHeader(header)) throw new RefusedMessage("its header lacks msg_id or msg_type");
  return {
    identities: frames.slice(0, start),
    header,
    parentHeader: isHeader(parentHeader) ? parentHeader : {},
    metadata,
    content,
    buffers: rest.slice(4),
  };
}

function parseObject(frame: Uint8Array): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).toString());
  } catch (error) {
    throw new RefusedMessage("one of its parts is not JSON", { cause: error });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new RefusedMessage("one of its parts is not a JSON object");
  }
  return value as JsonObject;
}

function isHeader(value: JsonObject): value is JsonObject & Header {
  return typeof value["msg_id"] === "string" && typeof value["msg_type"] === "string";
}

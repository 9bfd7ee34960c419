import { randomUUID } from "node:crypto";
import type { JsonObject } from "../../contracts.js";
import { logDebug } from "../log.js";
import { decode, encode } from "../wire/framing.js";
import { protocolVersion, type Message } from "../wire/message.js";
import type { Signer } from "../wire/signature.js";
import type { Parent } from "./publisher.js";

/** Makes the messages of one kernel's session, and reads those that it is sent. */
export class MessageEncoder {
  readonly session = randomUUID();
  readonly #signer: Signer;
  #count = 0;

  constructor(signer: Signer) {
    this.#signer = signer;
  }

  /** @throws RefusedMessage if the frames are no message, or not signed by who knows the key */
  decode(frames: readonly Uint8Array[]): Message {
    return decode(frames, this.#signer);
  }

  encode(
    identities: Uint8Array[],
    type: string,
    parentHeader: Parent,
    content: JsonObject,
    metadata: JsonObject = {},
    buffers: Uint8Array[] = [],
  ): { frames: Uint8Array[]; id: string } {
    const id = `${this.session}_${++this.#count}`;
    const header = {
      msg_id: id,
      msg_type: type,
      session: this.session,
      username: "kernel",
      date: new Date().toISOString(),
      version: protocolVersion,
    };
    logDebug(`sends ${type}`, () => ({ parent: parentHeader.msg_id, ...content }));
    const frames = encode({ identities, header, parentHeader, metadata, content, buffers }, this.#signer);
    return { frames, id };
  }
}

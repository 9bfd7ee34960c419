import type { JsonObject } from "../../contracts.js";

/** Of the messages that this kernel sends and understands. */
export const protocolVersion = "5.5";

/** https://jupyter-client.readthedocs.io/en/stable/messaging.html#message-header */
export interface Header {
  msg_id: string;
  msg_type: string;
  session: string;
  username: string;
  date: string;
  version: string;
  subshell_id?: string | null;
}

/** One message, as both ends of every channel see it. */
export interface Message {
  /** Routing prefix: who sent it (ROUTER sockets), or the topic (XPUB). */
  identities: Uint8Array[];
  header: Header;
  /** The header of the message that caused this one; empty if none did. */
  parentHeader: Header | Record<string, never>;
  metadata: JsonObject;
  content: JsonObject;
  buffers: Uint8Array[];
}

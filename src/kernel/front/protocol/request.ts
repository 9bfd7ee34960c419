import type { Message } from "../wire/message.js";
import type { RequestChannel } from "../wire/sockets.js";

/** A message from a front end. */
export interface Request extends Message {
  channel: RequestChannel;
}

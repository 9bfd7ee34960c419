import type { JsonObject } from "../../contracts.js";
import type { Message } from "../wire/message.js";
import type { RequestChannel } from "../wire/sockets.js";
import type { Kernel } from "./kernel.js";

/** A message from a front end. */
export interface Request extends Message {
  channel: RequestChannel;
}

/**
 * Does what one message type asks for. Returns the content of the reply, without `status: "ok"`; undefined if the
 * type has no reply. What it throws becomes an error reply.
 */
export type Handler = (
  kernel: Kernel,
  request: Request,
) => JsonObject | undefined | Promise<JsonObject | undefined>;

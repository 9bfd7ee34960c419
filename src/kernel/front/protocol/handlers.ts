import type { RequestChannel } from "../wire/sockets.js";
import type { Handler } from "./handler.js";
import * as all from "./handlers/index.js";

/** What only one channel is for. As in ipykernel, control takes what shell takes, too. */
const channelOf: Record<string, RequestChannel> = {
  create_subshell_request: "control",
  delete_subshell_request: "control",
  list_subshell_request: "control",
  usage_request: "control",
  input_reply: "stdin",
};

const isHandler = ([name]: [string, unknown]): boolean => /_(request|reply)$|^comm_/.test(name);
const handlersByType = Object.entries(all).filter(isHandler) as [string, Handler][];

function handlersOf(...channels: (RequestChannel | undefined)[]): ReadonlyMap<string, Handler> {
  return new Map(handlersByType.filter(([type]) => channels.includes(channelOf[type])));
}

/** Who handles which message type on which channel. */
export const handlers: Record<RequestChannel, ReadonlyMap<string, Handler>> = {
  shell: handlersOf(undefined),
  control: handlersOf(undefined, "control"),
  stdin: handlersOf("stdin"),
};

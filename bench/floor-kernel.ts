/**
 * The least that a kernel on Node can be: one process that answers every cell and runs none. What a round trip to it
 * takes, sockets and client take on this machine; the rest of another kernel's time is its own.
 */
import { randomUUID } from "node:crypto";
import type { JsonObject } from "../src/kernel/contracts.js";
import { readConnectionFile } from "../src/kernel/front/wire/connection.js";
import { decode, encode } from "../src/kernel/front/wire/framing.js";
import type { Message } from "../src/kernel/front/wire/message.js";
import { Signer } from "../src/kernel/front/wire/signature.js";
import type { Channel } from "../src/kernel/front/wire/sockets.js";
import { ZeromqSockets } from "../src/kernel/front/wire/zeromq-sockets.js";

const connection = await readConnectionFile(process.argv[2] ?? "");
const sockets = new ZeromqSockets(connection);
const signer = new Signer(connection.key, connection.signature_scheme);
const session = randomUUID();
let messages = 0;
let cells = 0;

sockets.onMessage = (channel, frames) => {
  const request = decode(frames, signer);
  const { msg_type } = request.header;
  publish("status", request, { execution_state: "busy" });
  if (msg_type === "execute_request") {
    const execution_count = ++cells;
    publish("execute_input", request, { code: request.content["code"], execution_count });
    send(channel, request.identities, "execute_reply", request, { status: "ok", execution_count });
  } else send(channel, request.identities, msg_type.replace(/request$/, "reply"), request, { status: "ok" });
  publish("status", request, { execution_state: "idle" });
};
await sockets.bind();

function publish(type: string, request: Message, content: JsonObject): void {
  send("iopub", [Buffer.from(type)], type, request, content);
}

function send(
  channel: Channel,
  identities: Uint8Array[],
  type: string,
  request: Message,
  content: JsonObject,
): void {
  const header = {
    msg_id: `${session}_${++messages}`,
    msg_type: type,
    session,
    username: "floor",
    date: new Date().toISOString(),
    version: "5.5",
  };
  const parentHeader = request.header;
  void sockets.send(
    channel,
    encode({ identities, header, parentHeader, metadata: {}, content, buffers: [] }, signer),
  );
}

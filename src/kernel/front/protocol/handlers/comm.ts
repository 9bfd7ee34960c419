import { text } from "../content.js";
import type { Handler } from "../handler.js";

/** Hands a comm message to user code; what that prints or shows belongs to the message. */
function passOn(type: "comm_open" | "comm_msg" | "comm_close"): Handler {
  return (kernel, request) => {
    text(request.content, "comm_id");
    const { id } = kernel.cells.add(request, kernel.executionCount);
    const { content, metadata, buffers } = request;
    kernel.runner.comm({ cellId: id, type, content, metadata, buffers });
    return undefined;
  };
}

// https://jupyter-client.readthedocs.io/en/stable/messaging.html#custom-messages: three types, one thing to do.
export const comm_open = passOn("comm_open");
export const comm_msg = passOn("comm_msg");
export const comm_close = passOn("comm_close");

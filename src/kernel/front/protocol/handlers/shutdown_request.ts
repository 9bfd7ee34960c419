import { flag } from "../content.js";
import type { Handler } from "../handler.js";

/** https://jupyter-client.readthedocs.io/en/stable/messaging.html#kernel-shutdown */
export const shutdown_request: Handler = (kernel, request) => {
  const restart = flag(request.content, "restart", false);
  // All front ends learn of it, not only the asking one.
  kernel.publisher.now(request.header, "shutdown_reply", { status: "ok", restart });
  setImmediate(() => void kernel.stop()); // after the reply
  return { restart };
};

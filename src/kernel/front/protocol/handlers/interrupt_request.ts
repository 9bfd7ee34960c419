import type { Handler } from "../handler.js";

/** https://jupyter-client.readthedocs.io/en/stable/messaging.html#kernel-interrupt */
export const interrupt_request: Handler = async (kernel) => {
  await kernel.interrupt();
  return {};
};
